"""The denoiser: a small U-Net on 4×16×16 latents that predicts v and reads its condition by cross-attention."""
from __future__ import annotations

import math
from typing import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .blocks import attend
from .condition import WIDTH as CONDITION, gathered, key_mask

TIME, EMBED = 96, 192


def time_features(timestep: Tensor) -> Tensor:
    """Integer timesteps 0 … 999 [B] -> sines and cosines [B, 96]."""
    half = TIME // 2
    # In double precision, since of single ones each processor rounds some another way, and an export would not be the same bytes.
    rates = torch.exp((-math.log(1e4) * torch.arange(half, device=timestep.device) / half).double()).float()
    angles = timestep[:, None].float() * rates
    return torch.cat([angles.sin(), angles.cos()], -1)


class ResBlock(nn.Module):
    def __init__(self, inner: int, outer: int):
        super().__init__()
        self.norm1, self.conv1 = nn.GroupNorm(8, inner), nn.Conv2d(inner, outer, 3, 1, 1)
        self.norm2, self.conv2 = nn.GroupNorm(8, outer), nn.Conv2d(outer, outer, 3, 1, 1)
        self.embed = nn.Linear(EMBED, 2 * outer)
        self.skip = nn.Conv2d(inner, outer, 1) if inner != outer else nn.Identity()
        nn.init.zeros_(self.conv2.weight)
        nn.init.zeros_(self.conv2.bias)

    def forward(self, x: Tensor, e: Tensor) -> Tensor:
        h = self.norm2(self.conv1(F.silu(self.norm1(x))))
        scale, shift = self.embed(e)[:, :, None, None].chunk(2, 1)
        return self.skip(x) + self.conv2(F.silu(h * (1 + scale) + shift))


class Attention(nn.Module):
    """Self-attention, cross-attention to the condition, and a feed-forward layer over the pixels of a level."""

    def __init__(self, width: int, heads: int = 4):
        super().__init__()
        self.heads = heads
        self.norm1, self.qkv, self.out1 = nn.LayerNorm(width), nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.norm2, self.q, self.kv = nn.LayerNorm(width), nn.Linear(width, width), nn.Linear(CONDITION, 2 * width)
        self.out2 = nn.Linear(width, width)
        self.norm3 = nn.LayerNorm(width)
        self.feed = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))
        for last in (self.out1, self.out2, self.feed[2]):
            nn.init.zeros_(last.weight)
            nn.init.zeros_(last.bias)

    def forward(self, x: Tensor, condition: Tensor, mask: Tensor) -> Tensor:
        b, c, h, w = x.shape
        t = x.flatten(2).transpose(1, 2)
        t = t + self.out1(attend(*self.qkv(self.norm1(t)).chunk(3, -1), self.heads))
        k, v = self.kv(condition).chunk(2, -1)
        t = t + self.out2(attend(self.q(self.norm2(t)), k, v, self.heads, mask))
        t = t + self.feed(self.norm3(t))
        return t.transpose(1, 2).reshape(b, c, h, w)


class UNet(nn.Module):
    def __init__(self, latent: int = 4, widths: tuple[int, int, int] = (48, 96, 96)):
        super().__init__()
        a, b, c = widths
        self.time = nn.Sequential(nn.Linear(TIME, EMBED), nn.SiLU(), nn.Linear(EMBED, EMBED))
        self.pooled = nn.Linear(CONDITION, EMBED)
        self.enter = nn.Conv2d(latent, a, 3, 1, 1)
        self.down1, self.look1, self.shrink1 = ResBlock(a, a), Attention(a), nn.Conv2d(a, a, 3, 2, 1)
        self.down2, self.look2, self.shrink2 = ResBlock(a, b), Attention(b), nn.Conv2d(b, b, 3, 2, 1)
        self.down3, self.look3 = ResBlock(b, c), Attention(c)
        self.middle = ResBlock(c, c)
        self.up3, self.look4 = ResBlock(2 * c, c), Attention(c)
        self.up2, self.look5 = ResBlock(b + c, b), Attention(b)
        self.up1, self.look6 = ResBlock(a + b, a), Attention(a)
        self.norm, self.leave = nn.GroupNorm(8, a), nn.Conv2d(a, latent, 3, 1, 1)
        nn.init.zeros_(self.leave.weight)

    def moment(self, timestep: Tensor, pooled: Tensor) -> Tensor:
        """What every ResBlock is told of the timestep and the condition's mean: [B, 192]."""
        return F.silu(self.time(time_features(timestep)) + self.pooled(pooled))

    def levels(self, x: Tensor, e: Tensor, look: Callable[[int, Tensor], Tensor]) -> Tensor:
        """Down and up again; `look` is the attention of level 1 to 6."""
        h1 = look(1, self.down1(x, e))
        h2 = look(2, self.down2(self.shrink1(h1), e))
        h3 = look(3, self.down3(self.shrink2(h2), e))
        h = self.middle(h3, e)
        h = look(4, self.up3(torch.cat([h, h3], 1), e))
        h = F.interpolate(h, scale_factor=2.0)
        h = look(5, self.up2(torch.cat([h, h2], 1), e))
        h = F.interpolate(h, scale_factor=2.0)
        h = look(6, self.up1(torch.cat([h, h1], 1), e))
        return self.leave(F.silu(self.norm(h)))

    def forward(self, sample: Tensor, timestep: Tensor, condition: Tensor) -> Tensor:
        kept, pooled = gathered(condition)
        mask = key_mask(kept)
        look = lambda level, x: getattr(self, f"look{level}")(x, condition, mask)
        return self.levels(self.enter(sample), self.moment(timestep, pooled), look)
