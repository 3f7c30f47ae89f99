"""The film denoiser: the picture U-Net on every frame, and attention over time between its levels."""
from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..world.film import FRAMES
from .blocks import attend
from .condition import WIDTH as CONDITION, key_mask
from .unet import UNet, time_features


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
        kept = (condition.pow(2).sum(-1) > CONDITION / 4).float()
        pooled = (condition * kept[:, :, None]).sum(1) / kept.sum(1, keepdim=True).clamp(min=1)
        each = lambda t: t.repeat_interleave(frames, 0)
        e = each(F.silu(self.time(time_features(timestep)) + self.pooled(pooled)))
        mask, words = each(key_mask(kept)), each(condition)
        x = sample.transpose(1, 2).reshape(b * frames, latent, height, width)
        x = self.enter(x) + self.frames.repeat(b, 1)[:, :, None, None]
        h1 = self.over1(self.look1(self.down1(x, e), words, mask), pooled)
        h2 = self.over2(self.look2(self.down2(self.shrink1(h1), e), words, mask), pooled)
        h3 = self.over3(self.look3(self.down3(self.shrink2(h2), e), words, mask), pooled)
        h = self.middle(h3, e)
        h = self.over4(self.look4(self.up3(torch.cat([h, h3], 1), e), words, mask), pooled)
        h = F.interpolate(h, scale_factor=2.0)
        h = self.over5(self.look5(self.up2(torch.cat([h, h2], 1), e), words, mask), pooled)
        h = F.interpolate(h, scale_factor=2.0)
        h = self.over6(self.look6(self.up1(torch.cat([h, h1], 1), e), words, mask), pooled)
        v = self.leave(F.silu(self.norm(h)))
        return v.view(b, frames, latent, height, width).transpose(1, 2)
