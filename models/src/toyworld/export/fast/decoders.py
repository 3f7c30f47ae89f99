"""The decoders of latents."""
from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...nets import vae
from .parts import Form

# Which of a 3×3 kernel's rows, or columns, fall together on one pixel of a picture that was doubled: for the second of a pixel's two,
# then for the first of the next pixel's.
TOGETHER = torch.tensor([[1.0, 1, 0], [0, 0, 1]]), torch.tensor([[1.0, 0, 0], [0, 1, 1]])


def doubled(conv: nn.Conv2d, x: Tensor) -> Tensor:
    """A 3×3 convolution of x [B, C, H, W] with every pixel doubled both ways -> [B, outputs, 2·H, 2·W]: as a 2×2 convolution of x itself for
    each of a pixel's four, which takes 4/9 of the products. It begins and ends a pixel outside, which is cut off."""
    kernels = torch.stack([rows @ conv.weight @ columns.T for rows in TOGETHER for columns in TOGETHER], 1)
    bias = torch.stack([conv.bias] * 4, 1).reshape(-1)
    return F.pixel_shuffle(F.conv2d(x, kernels.reshape(-1, conv.in_channels, 2, 2), bias, padding=1), 2)[:, :, 1:-1, 1:-1]


class LatentDecoder(Form, vae.LatentDecoder):
    def forward(self, latents: Tensor) -> Tensor:
        x, layers = latents, iter(self.layers)
        for layer in layers:
            x = doubled(next(layers), x) if isinstance(layer, nn.Upsample) else layer(x)
        return x
