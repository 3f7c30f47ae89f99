"""The two projectors: picture features -> the backbone's space, and signal states -> the generator's condition."""
from __future__ import annotations

import torch
from torch import Tensor, nn

from . import backbone, condition, encoders
from .blocks import Block, attend


class CrossBlock(nn.Module):
    """Queries look at a memory, then pass through a feed-forward layer."""

    def __init__(self, width: int, heads: int = 4, feed: int = 2):
        super().__init__()
        self.heads = heads
        self.norm, self.memory_norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.q, self.kv, self.out = nn.Linear(width, width), nn.Linear(width, 2 * width), nn.Linear(width, width)
        self.norm2 = nn.LayerNorm(width)
        self.feed = nn.Sequential(nn.Linear(width, feed * width), nn.GELU(), nn.Linear(feed * width, width))

    def forward(self, x: Tensor, memory: Tensor) -> Tensor:
        k, v = self.kv(self.memory_norm(memory)).chunk(2, -1)
        x = x + self.out(attend(self.q(self.norm(x)), k, v, self.heads))
        return x + self.feed(self.norm2(x))


class InputProjector(nn.Module):
    """An abstractor: each of a few learned queries gathers the 64 patches with one softmax, and one linear map takes what it
    found to the backbone. Nothing in it is deep enough to learn pairs of traits by heart."""

    def __init__(self, tokens: int = 4):
        super().__init__()
        width = encoders.WIDTH
        self.queries = nn.Parameter(torch.randn(width, tokens) * 0.05)
        self.weight = nn.Parameter(torch.randn(tokens, width, backbone.WIDTH) * width**-0.5)
        self.bias = nn.Parameter(torch.randn(tokens, backbone.WIDTH) * 0.05)

    @torch.no_grad()
    def begin_with(self, query: Tensor) -> None:
        """Every query becomes this one [128], which the encoder was trained to be read with."""
        self.queries.copy_(query[:, None].expand_as(self.queries))

    def gather(self, features: Tensor) -> Tensor:
        """What each query finds in features [B, N, 128]: [B, tokens, 128]."""
        return (features @ self.queries).softmax(1).transpose(1, 2) @ features

    def forward(self, features: Tensor) -> Tensor:
        return (self.gather(features)[:, :, None, :] @ self.weight)[:, :, 0] + self.bias


class OutputProjector(nn.Module):
    """NExT-GPT's TextFcLayer in small: an encoder over the signal states, a decoder with one query a condition token."""

    def __init__(self):
        super().__init__()
        width = condition.WIDTH
        self.enter = nn.Linear(backbone.WIDTH, width)
        self.encode = Block(width, 4, 2)
        self.queries = nn.Parameter(torch.randn(1, condition.LENGTH, width) * 0.5)
        self.decode, self.mix, self.finish = CrossBlock(width), Block(width, 4, 2), CrossBlock(width)
        self.norm, self.out = nn.LayerNorm(width), nn.Linear(width, width)

    def forward(self, signals: Tensor) -> Tensor:
        """Signal states [B, 4, 192] -> a condition [B, 16, 128]."""
        memory = self.encode(self.enter(signals))
        x = self.queries.expand(signals.shape[0], -1, -1)
        x = self.finish(self.mix(self.decode(x, memory)), memory)
        return self.out(self.norm(x))
