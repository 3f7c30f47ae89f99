"""Trains the autoencoder of sounds, with a loss that looks hardest where there is sound."""
from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from ..nets.mel import mel
from ..nets.mel_vae import LATENT, MelVae
from ..nets.vae import LatentDecoder
from .autoencoding import autoencoding_loss, keep, load_autoencoder, with_later_decoder
from .common import WORK, done, fit, log
from .sounds import Sounds, held_sounds, wide_sounds

PART, STEPS, BATCH = "mel_vae", 900, 32


@torch.no_grad()
def mels_of(sounds: Sounds) -> Tensor:
    """The mels of cached sounds [N, 1, 128, 64], computed once and kept as fp16."""
    path = WORK / f"sounds-{sounds.name}-mel.pt"
    if not path.exists():
        n = len(sounds.sounds)
        parts = [mel(sounds.batch(torch.arange(i, min(n, i + 250)))).half() for i in range(0, n, 250)]
        torch.save(torch.cat(parts)[:, None], path)
    return torch.load(path, weights_only=True)


def sound_weight(x: Tensor) -> Tensor:
    """5 where something sounds and just around it, 1 in silence."""
    return 1 + 4 * F.max_pool2d((x > -0.8).float(), 3, 1, 1)


def train() -> None:
    mels = mels_of(wide_sounds())
    log("sound covers", round(float((mels > -0.8).float().mean()), 3), "of the mels; range", float(mels.min()), float(mels.max()))
    torch.manual_seed(0)
    vae = MelVae().to(memory_format=torch.channels_last)

    def loss_of(step: int, generator: torch.Generator) -> Tensor:
        x = mels[torch.randint(len(mels), (BATCH,), generator=generator)].float()
        return autoencoding_loss(vae, x, sound_weight(x))

    fit(PART, vae, loss_of, STEPS, peak=2e-3, betas=(0.9, 0.999))
    vae.eval()
    std = keep(PART, vae, encode_all(vae, mels), WORK / "sound-latents.pt")
    x = mels_of(held_sounds()).float()
    log("mel vae, mean error on held-out renders", round(float((reconstruct(vae, x) - x).abs().mean()), 4), "std", std.tolist())


@torch.no_grad()
def encode_all(vae: MelVae, mels: Tensor) -> Tensor:
    return torch.cat([vae.encode(part.float()) for part in mels.split(250)])


@torch.no_grad()
def reconstruct(vae: MelVae, mels: Tensor) -> Tensor:
    """Mels [B, 1, 128, 64] through the autoencoder and back."""
    return torch.cat([vae.decoder(vae.encode(part)) for part in mels.split(64)])


def load_first() -> tuple[MelVae, Tensor, Tensor]:
    """The autoencoder whose encoder makes all latents, with the decoder that it was trained with, and its latents' mean and deviation."""
    return load_autoencoder(PART, MelVae())


def load_mel_vae() -> tuple[MelVae, Tensor, Tensor]:
    """The same with the decoder that was trained after it, which makes every mel."""
    vae, mean, std = load_first()
    return with_later_decoder(vae, "mel_decoder", LatentDecoder(LATENT, 1)), mean, std


def main() -> None:
    if not done(PART):
        train()
