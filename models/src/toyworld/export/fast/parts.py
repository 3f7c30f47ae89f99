"""What several fast forms are made of."""
from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...nets import blocks


class Form:
    """A network's class with another forward, traced to a graph that a CPU runs faster. Weights and their names stay the network's. What
    is computed of weights alone stays in the graph as nodes, which the runtime folds when it loads: so the file has the weights as they
    are stored."""


def sizes(x: Tensor) -> list[int]:
    """The sizes of all axes but the batch, as plain numbers: as tensors they would be computed at every run."""
    return [int(n) for n in x.shape[1:]]


class _MultiHeadAttention(torch.autograd.Function):
    """ONNX Runtime's own operator, which splits and joins the heads inside."""

    @staticmethod
    def forward(ctx, q: Tensor, k: Tensor, v: Tensor, kept: Tensor | None, heads: int) -> Tensor:
        mask = None if kept is None else (kept[:, None, None, :].float() - 1) * 1e4
        q, k, v = (x.unflatten(-1, (heads, -1)).transpose(1, 2) for x in (q, k, v))
        return F.scaled_dot_product_attention(q, k, v, attn_mask=mask).transpose(1, 2).flatten(2)

    @staticmethod
    def symbolic(g, q, k, v, kept, heads):
        none = g.op("prim::Constant")
        none.setType(torch._C.OptionalType.ofTensor())
        masked = [] if kept is None else [none, kept]
        return g.op("com.microsoft::MultiHeadAttention", q, k, v, *masked, num_heads_i=heads).setType(q.type())


def attend(q: Tensor, k: Tensor, v: Tensor, heads: int, kept: Tensor | None = None) -> Tensor:
    """:func:`blocks.attend` as one node; `kept` [B, N], int32, is 0 where a key may not be seen."""
    return _MultiHeadAttention.apply(q, k, v, kept, heads)


def total(x: Tensor, of: Tensor | None = None) -> Tensor:
    """[B, N, D] summed over N, or over those `of` which [B, N] is 1, for the others 0 -> [B, D]. As a product: ONNX Runtime adds up an axis in
    the middle in another order where there is one row, and a row is to come to the same bits whoever is beside it."""
    return ((torch.ones(1, int(x.shape[1])) if of is None else of[:, None]) @ x)[:, 0]


def standardized(groups: Tensor, channels: int = 1) -> Tensor:
    """[B, channels, N] with the mean of each N taken off, divided by their deviation: an InstanceNormalization, which in ONNX
    Runtime 1.29 is several times as fast as a LayerNormalization."""
    return F.instance_norm(groups, weight=torch.ones(channels), bias=torch.zeros(channels))


def layer_norm(x: Tensor) -> Tensor:
    """Layer normalisation of tokens [T, D] without gain and bias."""
    width = int(x.shape[1])
    return standardized(x.reshape(-1, 1, width)).reshape(-1, width)


def after_norm(norm: nn.LayerNorm, linear: nn.Linear) -> tuple[Tensor, Tensor]:
    """Weight and bias of `linear` with the gain and bias of the `norm` before it."""
    return linear.weight * norm.weight, linear.bias + linear.weight @ norm.bias


def normed(norm: nn.LayerNorm, linear: nn.Linear, x: Tensor) -> Tensor:
    """Tokens [T, D] through `norm` and `linear`. All tokens of all rows are one matrix here and below: one product of two matrices, with
    the bias in it, is faster than a batch of them."""
    return F.linear(layer_norm(x), *after_norm(norm, linear))


def fed(norm: nn.LayerNorm, feed: nn.Sequential, x: Tensor) -> Tensor:
    """Tokens [T, D] through the feed-forward half of a block."""
    return x + feed[2](F.gelu(normed(norm, feed[0], x)))


def self_attended(norm: nn.LayerNorm, qkv: nn.Linear, out: nn.Linear, heads: int, x: Tensor, rows: tuple, kept: Tensor | None = None) -> Tensor:
    """Tokens [T, D], which are `rows` (B, N), through the attention half of a block."""
    width = out.out_features
    q, k, v = normed(norm, qkv, x).reshape(*rows, 3 * width).split(width, -1)
    return x + out(attend(q, k, v, heads, kept).reshape(-1, width))


def unit(x: Tensor) -> Tensor:
    """Rows [B, D] of length 1."""
    return x / x.norm(dim=-1, keepdim=True).clamp(min=1e-12)


def rows_of(x: Tensor) -> Tensor:
    """Maps [B, C, H, W] -> tokens [B, H·W, C]."""
    channels, height, width = sizes(x)
    return x.reshape(-1, channels, height * width).transpose(1, 2)


class GroupNorm(Form, nn.GroupNorm):
    def standardized(self, x: Tensor) -> Tensor:
        channels, height, width = sizes(x)
        groups = x.reshape(-1, self.num_groups, channels // self.num_groups * height * width)
        return standardized(groups, self.num_groups).reshape(-1, channels, height, width)

    def forward(self, x: Tensor) -> Tensor:
        # Gain and bias as one node: a batch norm of mean 0 and variance 1.
        flat = torch.zeros(self.num_channels), torch.ones(self.num_channels)
        return F.batch_norm(self.standardized(x), *flat, self.weight, self.bias, eps=0.0)


class PixelRms(Form, blocks.PixelRms):
    def forward(self, x: Tensor) -> Tensor:
        channels, height, width = sizes(x)
        mean = total((x * x).reshape(-1, channels, height * width)) / channels
        return x * torch.rsqrt(mean + 1e-5).reshape(-1, 1, height, width) * self.gain


class Block(Form, blocks.Block):
    def tokens(self, x: Tensor, rows: tuple, kept: Tensor | None = None) -> Tensor:
        """Tokens [T, D], which are `rows` (B, N), of which those may be seen that are `kept`, int32 [B, N]."""
        return fed(self.norm2, self.feed, self_attended(self.norm1, self.qkv, self.out, self.heads, x, rows, kept))

    def forward(self, x: Tensor, kept: Tensor | None = None) -> Tensor:
        n, width = sizes(x)
        return self.tokens(x.reshape(-1, width), (-1, n), kept).reshape(-1, n, width)
