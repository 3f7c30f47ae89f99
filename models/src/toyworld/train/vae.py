"""Trains the autoencoder on crops around the thing, with a loss that looks hardest at the thing."""
from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ..nets.vae import LatentDecoder, Vae
from ..world.render import SIDE, centre
from .autoencoding import autoencoding_loss, keep, load_autoencoder, with_later_decoder
from .common import WORK, done, fit, log
from .pictures import Pictures, held_pictures, train_pictures

PART, STEPS, BATCH, CROP = "vae", 1600, 64, 64


def crops(pictures: Pictures, generator: torch.Generator) -> Tensor:
    """A batch of crops in [-1, 1]: the thing covers a tenth of a picture, so whole pictures would teach backgrounds."""
    index = torch.randint(len(pictures.scenes), (BATCH,), generator=generator)
    shift = torch.randint(-12, 13, (BATCH, 2), generator=generator)
    cut = []
    for i, (dx, dy) in zip(index.tolist(), shift.tolist()):
        x, y = centre(pictures.scenes[i].items[0].place)
        x0 = min(max(int(x) - CROP // 2 + dx, 0), SIDE - CROP)
        y0 = min(max(int(y) - CROP // 2 + dy, 0), SIDE - CROP)
        cut.append(pictures.pixels[i, y0:y0 + CROP, x0:x0 + CROP])
    return torch.from_numpy(np.stack(cut)).permute(0, 3, 1, 2).float() / 127.5 - 1


def thing_weight(x: Tensor) -> Tensor:
    """7 on and just around the thing, 1 elsewhere."""
    backdrop = x.median(3, keepdim=True)[0].median(2, keepdim=True)[0]
    mask = ((x - backdrop).abs().sum(1, keepdim=True) > 0.3).float()
    return 1 + 6 * F.max_pool2d(mask, 5, 1, 2)


def train() -> None:
    pictures = train_pictures()
    torch.manual_seed(0)
    vae = Vae().to(memory_format=torch.channels_last)

    def loss_of(step: int, generator: torch.Generator) -> Tensor:
        x = crops(pictures, generator).contiguous(memory_format=torch.channels_last)
        return autoencoding_loss(vae, x, thing_weight(x))

    fit(PART, vae, loss_of, STEPS, peak=2e-3, betas=(0.9, 0.999))
    vae.eval()
    std = keep(PART, vae, encode_all(vae, pictures), WORK / "latents.pt")
    held = held_pictures()
    x = held.batch(torch.arange(len(held.scenes)))
    back = reconstruct(vae, x)
    log("vae psnr on held-out renders", round(float(-10 * torch.log10((back - x).pow(2).mean())), 2), "std", std.tolist())


@torch.no_grad()
def encode_all(vae: Vae, pictures: Pictures) -> Tensor:
    n = len(pictures.scenes)
    return torch.cat([vae.encode(pictures.batch(torch.arange(i, min(n, i + 250))) * 2 - 1) for i in range(0, n, 250)])


@torch.no_grad()
def reconstruct(vae: Vae, x: Tensor) -> Tensor:
    """Pictures in [0, 1] through the autoencoder and back."""
    return torch.cat([(vae.decoder(vae.encode(b * 2 - 1)) + 1) / 2 for b in x.split(64)]).clamp(0, 1)


def load_first() -> tuple[Vae, Tensor, Tensor]:
    """The autoencoder whose encoder makes all latents, with the decoder that it was trained with, and its latents' mean and deviation."""
    return load_autoencoder(PART, Vae())


def load_vae(decoder: str = "decoder") -> tuple[Vae, Tensor, Tensor]:
    """The same with a decoder that was trained after it: one draws pictures, one films."""
    vae, mean, std = load_first()
    return with_later_decoder(vae, decoder, LatentDecoder()), mean, std


def main() -> None:
    if not done(PART):
        train()
