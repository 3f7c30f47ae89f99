"""The film denoiser: the picture U-Net on every frame, and attention over time between its levels."""
from __future__ import annotations

import torch
from torch import Tensor, nn

from ..world.film import FRAMES
from .blocks import attend
from .condition import WIDTH as CONDITION, gathered, key_mask
from .unet import UNet


class Attend(nn.Module):
    """Self-attention over the frames of each pixel. It begins as nothing, so that a picture U-Net's weights start it."""

    def __init__(self, width: int, heads: int = 4):
        super().__init__()
        self.heads = heads
        self.frames = nn.Parameter(torch.randn(FRAMES, width) * 0.1)
        self.norm, self.qkv, self.out = nn.LayerNorm(width), nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.embed = nn.Linear(CONDITION, width)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, x: Tensor, pooled: Tensor) -> Tensor:
        """[B·F, C, h, w] and the mean of the condition [B, 128] -> [B·F, C, h, w]."""
        n, c, h, w = x.shape
        t = x.view(n // FRAMES, FRAMES, c, h * w).permute(0, 3, 1, 2)
        # What the film is about decides what each frame number means: a thing at frame 0 is left or right of the middle.
        told = self.norm(t) + self.frames + self.embed(pooled)[:, None, None, :] * self.frames
        told = told.reshape(-1, FRAMES, c)
        t = t.reshape(-1, FRAMES, c) + self.out(attend(*self.qkv(told).chunk(3, -1), self.heads))
        return t.view(n // FRAMES, h * w, FRAMES, c).permute(0, 2, 3, 1).reshape(n, c, h, w)


class FilmUNet(UNet):
    def __init__(self, latent: int = 4, widths: tuple[int, int, int] = (48, 96, 96)):
        super().__init__(latent, widths)
        a, b, c = widths
        self.over1, self.over2, self.over3, self.over4, self.over5, self.over6 = (Attend(w) for w in (a, b, c, c, b, a))
        self.frames = nn.Parameter(torch.zeros(FRAMES, a))

    def forward(self, sample: Tensor, timestep: Tensor, condition: Tensor) -> Tensor:
        """Latents [B, 4, 16, 8, 8], timesteps [B] and conditions [B, 16, 128] -> v, shaped as the latents."""
        b, latent, frames, height, width = sample.shape
        kept, pooled = gathered(condition)
        each = lambda t: t.repeat_interleave(frames, 0)
        e = each(self.moment(timestep, pooled))
        mask, words = each(key_mask(kept)), each(condition)
        x = sample.transpose(1, 2).reshape(b * frames, latent, height, width)
        x = self.enter(x) + self.frames.repeat(b, 1)[:, :, None, None]
        look = lambda level, x: getattr(self, f"over{level}")(getattr(self, f"look{level}")(x, words, mask), pooled)
        return self.levels(x, e, look).view(b, frames, latent, height, width).transpose(1, 2)
