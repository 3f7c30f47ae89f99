"""Trains the picture denoiser together with τ; τ is frozen part of the way, so that in the end it stands still."""
from __future__ import annotations

import random

import torch
import torch.nn.functional as F
from PIL import Image
from tokenizers import Tokenizer
from torch import Tensor, nn

from ..nets.condition import LENGTH, ConditionEncoder
from ..nets.diffusion import ddim
from ..nets.unet import UNet
from ..world.captions import caption, partial_caption
from ..world.render import contact_sheet
from ..world.tokenizer import ids
from .common import WORK, Ema, done, finish, fit, log, result
from .denoising import denoising_loss, freeze_condition, some_words
from .judge import eye, report
from .pictures import Pictures, held_pictures, train_pictures
from .tokenizer import keep_tokenizer, tokenizer_of

PART, STEPS, FREEZE, BATCH = "picture", 2350, 1000, 64
PARTIAL, THING_WEIGHT = 0.06, 5.0


class Painter(nn.Module):
    def __init__(self, vocabulary: int):
        super().__init__()
        self.unet, self.tau = UNet(), ConditionEncoder(vocabulary)


def caption_ids(captions: list[str], words: Tokenizer | None = None) -> Tensor:
    """Captions as τ reads them: ids [B, 16], 0 on padding; by the picture's tokenizer if no other is given."""
    rows = [ids(words or tokenizer_of(PART), text)[:LENGTH] for text in captions]
    return torch.tensor([row + [0] * (LENGTH - len(row)) for row in rows])


def thing_masks(pictures: Pictures) -> Tensor:
    """1 on the latent cells [N, 1, 16, 16] that the thing touches."""
    masks = []
    for i in range(0, len(pictures.scenes), 250):
        x = pictures.batch(torch.arange(i, min(i + 250, len(pictures.scenes))))
        edge = torch.cat([x[:, :, :, :2], x[:, :, :, -2:]], 3).median(3, keepdim=True)[0]
        masks.append(F.max_pool2d(((x - edge).abs().sum(1, keepdim=True) > 0.25).float(), 8))
    return torch.cat(masks)


def train() -> None:
    pictures = train_pictures()
    latents, masks = torch.load(WORK / "latents.pt", weights_only=True), thing_masks(pictures)
    rng = random.Random(11)
    full = caption_ids([caption(s) for s in pictures.scenes])
    partial = caption_ids([partial_caption(s, rng, 0.4) for s in pictures.scenes])
    log("thing covers", round(float(masks.mean()), 3), "of the latent cells")
    torch.manual_seed(0)
    net = Painter(tokenizer_of(PART).get_vocab_size())
    ema = Ema(net)
    gate = Gate()

    def loss_of(step: int, g: torch.Generator) -> Tensor:
        if step >= FREEZE:
            freeze_condition(net, ema)
        index = torch.randint(len(full), (BATCH,), generator=g)
        words = some_words(full[index], partial[index], PARTIAL, g)
        return denoising_loss(net.unet, latents[index], net.tau(words), 1 + THING_WEIGHT * masks[index], g)

    fit(PART, net, loss_of, STEPS, peak=1.2e-3, ema=ema, save_every=250,
        watch=lambda step: gate(ema.net, step) if step in (500, FREEZE) else None)
    finish(PART, net=ema.net.state_dict())
    keep_tokenizer(PART)


class Gate:
    """Draws held-out combinations from τ directly and has the judge read them."""

    def __init__(self, count: int = 96, held: Pictures | None = None, **sampled: float):
        """`sampled`: guidance and steps, where they are others than the family's."""
        (self.decoder, self.judge), self.sampled = eye(), sampled
        held = held or held_pictures()
        self.scenes, self.labels = held.scenes[:count], held.labels[:count]

    def draw(self, net: Painter, condition: Tensor, seed: int = 3) -> Tensor:
        noise = torch.randn(len(condition), 4, 16, 16, generator=torch.Generator().manual_seed(seed))
        out = []
        for z, c in zip(noise.split(64), condition.split(64)):
            out.append((self.decoder(ddim(net.unet, z, c, torch.zeros(1, 16, 128), **self.sampled)) + 1) / 2)
        return torch.cat(out).clamp(0, 1)

    @torch.no_grad()
    def __call__(self, net: Painter, step: object) -> None:
        x = self.draw(net, net.tau(caption_ids([caption(s) for s in self.scenes])))
        log("gate at", step, "held-out pairs", report(self.judge, x, self.labels))
        self.keep(x, f"picture-{step}")

    def keep(self, x: Tensor, name: str) -> None:
        sheet = contact_sheet((x[:48].permute(0, 2, 3, 1) * 255).byte().numpy(), 8)
        Image.fromarray(sheet).save(WORK / f"{name}.png")


def load_painter(part: str = PART) -> Painter:
    net = Painter(tokenizer_of(PART).get_vocab_size()).eval().requires_grad_(False)
    net.load_state_dict(result(part)["net"])
    return net


def main() -> None:
    if not done(PART):
        train()
