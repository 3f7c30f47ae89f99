"""The autoencoder: 128×128 pictures <-> latents of 4×16×16."""
from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .blocks import PixelRms

LATENT = 4


class VaeBlock(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.norm1, self.conv1 = PixelRms(width), nn.Conv2d(width, width, 3, 1, 1)
        self.norm2, self.conv2 = PixelRms(width), nn.Conv2d(width, width, 3, 1, 1)
        nn.init.zeros_(self.conv2.weight)
        nn.init.zeros_(self.conv2.bias)

    def forward(self, x: Tensor) -> Tensor:
        h = self.conv1(F.silu(self.norm1(x)))
        return x + self.conv2(F.silu(self.norm2(h)))


class Vae(nn.Module):
    def __init__(self, width: int = 64, patch: int = 4):
        super().__init__()
        pixels = 3 * patch * patch
        self.encoder = nn.Sequential(
            nn.PixelUnshuffle(patch), nn.Conv2d(pixels, width, 3, 1, 1), VaeBlock(width),
            nn.Conv2d(width, width, 3, 2, 1), VaeBlock(width), PixelRms(width), nn.SiLU(),
            nn.Conv2d(width, 2 * LATENT, 3, 1, 1))
        self.decoder = nn.Sequential(
            nn.Conv2d(LATENT, width, 3, 1, 1), VaeBlock(width), VaeBlock(width), nn.Upsample(scale_factor=2),
            nn.Conv2d(width, width, 3, 1, 1), VaeBlock(width), PixelRms(width), nn.SiLU(),
            nn.Conv2d(width, pixels, 3, 1, 1), nn.PixelShuffle(patch))

    def encode(self, pictures: Tensor) -> Tensor:
        """Pictures in [-1, 1] -> the mean of their latents."""
        return self.encoder(pictures).chunk(2, 1)[0]

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        mean, log_variance = self.encoder(pictures).chunk(2, 1)
        log_variance = log_variance.clamp(-10, 5)
        latents = mean + torch.randn_like(mean) * (log_variance / 2).exp()
        return self.decoder(latents), mean, log_variance


class LatentDecoder(nn.Module):
    """A larger decoder of finished latents: [N, C, H, W] -> pictures or mels [N, 3 or 1, 8H, 8W] in about [-1, 1]. It works at
    three sizes, so that outlines are drawn at half of a picture's size and not at a quarter."""

    def __init__(self, latent: int = LATENT, channels: int = 3, width: int = 96):
        super().__init__()
        half, quarter = width // 2, width // 4
        self.layers = nn.Sequential(
            nn.Conv2d(latent, width, 3, 1, 1), VaeBlock(width), VaeBlock(width), VaeBlock(width), nn.Upsample(scale_factor=2),
            nn.Conv2d(width, half, 3, 1, 1), VaeBlock(half), VaeBlock(half), nn.Upsample(scale_factor=2),
            nn.Conv2d(half, quarter, 3, 1, 1), VaeBlock(quarter), PixelRms(quarter), nn.SiLU(),
            nn.Conv2d(quarter, 4 * channels, 3, 1, 1), nn.PixelShuffle(2))

    def forward(self, latents: Tensor) -> Tensor:
        return self.layers(latents)
