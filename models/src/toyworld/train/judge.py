"""Trains the judge on renders (noise and blur added), then measures it on held-out renders and on reconstructions."""
from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..export.generators import Decoder
from ..export.reading import exported_family
from ..nets.judge import Judge
from ..world.scene import ATTRIBUTES, SIZES
from .common import MODELS, done, finish, fit, log, result
from .pictures import held_pictures, judge_pictures, seen_pictures
from .vae import load_vae, reconstruct

PART, STEPS, BATCH = "judge", 1300, 64


def train() -> None:
    pictures = judge_pictures()
    torch.manual_seed(0)
    judge = Judge()

    def loss_of(step: int, generator: torch.Generator) -> Tensor:
        index = torch.randint(len(pictures.scenes), (BATCH,), generator=generator)
        x = pictures.batch(index)
        if step % 3 == 0:
            x = F.avg_pool2d(x, 3, 1, 1, count_include_pad=False)
        x = x + torch.randn(x.shape, generator=generator) * torch.rand(1, generator=generator) * 0.06
        return sum(F.cross_entropy(logits, pictures.labels[index, h]) for h, logits in enumerate(judge(x)))

    fit(PART, judge, loss_of, STEPS, peak=2e-3, weight_decay=0.02, betas=(0.9, 0.999))
    judge.eval()
    vae, _, _ = load_vae()
    for held in (held_pictures(), seen_pictures()):
        x = held.batch(torch.arange(len(held.scenes)))
        log("judge on renders", report(judge, x, held.labels))
        log("judge on reconstructions", report(judge, reconstruct(vae, x), held.labels))
    finish(PART, net=judge.state_dict())


@torch.no_grad()
def read(judge: nn.Module, x: Tensor, batch: int = 128) -> Tensor:
    """Media as a judge takes them -> the attributes read [N, attributes]."""
    return torch.cat([torch.stack([h.argmax(1) for h in judge(b)], 1) for b in x.split(batch)])


@torch.no_grad()
def report(judge: Judge, x: Tensor, labels: Tensor) -> dict[str, float]:
    """The share read right: per attribute, all five, and all five per size."""
    right = read(judge, x) == labels
    shares = {name: right[:, h] for h, name in enumerate(ATTRIBUTES)} | {"all": right.all(1)}
    shares |= {f"all/{size}": right.all(1)[labels[:, 3] == s] for s, size in enumerate(SIZES)}
    return {name: round(float(v.float().mean()), 3) for name, v in shares.items()}


def load_judge() -> Judge:
    judge = Judge().eval().requires_grad_(False)
    judge.load_state_dict(result(PART)["net"])
    return judge


def eye() -> tuple[nn.Module, nn.Module]:
    """The decoder of latents and the judge of pictures: those that were trained here, or those that are committed."""
    if done("vae"):
        vae, mean, std = load_vae()
        return Decoder(vae.decoder, mean, std), load_judge()
    family = exported_family(MODELS / "toyworld", MODELS / "judges")
    return family.generators["image"].decoder.eval(), family.judges["image"].eval()


def main() -> None:
    if not done(PART):
        train()
