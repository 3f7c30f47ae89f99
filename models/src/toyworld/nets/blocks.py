"""Blocks that several networks share."""
from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class PixelRms(nn.Module):
    """RMS normalisation over the channels of each pixel: unlike GroupNorm it sees nothing beyond the pixel, so a network
    trained on crops behaves the same on whole pictures."""

    def __init__(self, channels: int):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(1, channels, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        scale = torch.rsqrt(x.float().pow(2).mean(1, keepdim=True) + 1e-5)
        return x * scale.to(x.dtype) * self.gain.to(x.dtype)


def heads_of(x: Tensor, heads: int) -> Tensor:
    """[B, N, D] -> [B, heads, N, D / heads]."""
    b, n, d = x.shape
    return x.view(b, n, heads, d // heads).transpose(1, 2)


def attend(q: Tensor, k: Tensor, v: Tensor, heads: int, mask: Tensor | None = None) -> Tensor:
    """Multi-head attention on [B, N, D] tensors; mask is True where a key may be seen."""
    out = F.scaled_dot_product_attention(heads_of(q, heads), heads_of(k, heads), heads_of(v, heads), attn_mask=mask)
    return out.transpose(1, 2).reshape(q.shape)


class Block(nn.Module):
    """A pre-norm transformer block."""

    def __init__(self, width: int, heads: int, feed: int = 4):
        super().__init__()
        self.heads = heads
        self.norm1 = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.norm2 = nn.LayerNorm(width)
        self.feed = nn.Sequential(nn.Linear(width, feed * width), nn.GELU(), nn.Linear(feed * width, width))

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        q, k, v = self.qkv(self.norm1(x)).chunk(3, -1)
        x = x + self.out(attend(q, k, v, self.heads, mask))
        return x + self.feed(self.norm2(x))
