"""The autoencoder of sounds: mel spectrograms [B, 1, 128, 64] <-> latents [B, 8, 16, 8]."""
from __future__ import annotations

import torch
from torch import Tensor, nn

from .blocks import PixelRms
from .vae import VaeBlock

LATENT, HEIGHT, WIDTH = 8, 16, 8


class MelVae(nn.Module):
    def __init__(self, width: int = 64, patch: int = 4):
        super().__init__()
        cells = patch * patch
        self.encoder = nn.Sequential(
            nn.PixelUnshuffle(patch), nn.Conv2d(cells, width, 3, 1, 1), VaeBlock(width),
            nn.Conv2d(width, width, 3, 2, 1), VaeBlock(width), VaeBlock(width), PixelRms(width), nn.SiLU(),
            nn.Conv2d(width, 2 * LATENT, 3, 1, 1))
        self.decoder = nn.Sequential(
            nn.Conv2d(LATENT, width, 3, 1, 1), VaeBlock(width), VaeBlock(width), nn.Upsample(scale_factor=2),
            nn.Conv2d(width, width, 3, 1, 1), VaeBlock(width), VaeBlock(width), PixelRms(width), nn.SiLU(),
            nn.Conv2d(width, cells, 3, 1, 1), nn.PixelShuffle(patch))

    def encode(self, mels: Tensor) -> Tensor:
        """Mels in about [-1, 1] -> the mean of their latents."""
        return self.encoder(mels).chunk(2, 1)[0]

    def forward(self, mels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        mean, log_variance = self.encoder(mels).chunk(2, 1)
        log_variance = log_variance.clamp(-10, 5)
        latents = mean + torch.randn_like(mean) * (log_variance / 2).exp()
        return self.decoder(latents), mean, log_variance
