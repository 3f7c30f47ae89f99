# SPDX-License-Identifier: Apache-2.0
"""Weights that the builder's integers hold, so that quantizing loses nothing and transformers' answer is the right one."""
from __future__ import annotations

from pathlib import Path

import torch
from torch import nn
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel

BITS = {"int4": 4, "int8": 8}
BLOCK = 32


@torch.no_grad()
def round_weights(model: PreTrainedModel, bits: int) -> None:
    """Rounds matrices to what so many bits a weight and a scale for each block can say, as the builder does."""
    most = 1 << bits - 1
    for module in model.modules():
        if isinstance(module, nn.Linear):
            blocks = module.weight.view(-1, BLOCK)
            scale = blocks.gather(1, blocks.abs().argmax(1, keepdim=True)) / -most
            scale = torch.where(scale == 0, 1, scale)
            module.weight.copy_(((blocks / scale).round().clamp(-most, most - 1) * scale).view_as(module.weight))


def rounded(checkpoint: Path, bits: int, to: Path) -> Path:
    """A checkpoint with its matrices rounded, in the folder `to`."""
    model = AutoModelForCausalLM.from_pretrained(checkpoint, dtype=torch.float32)
    round_weights(model, bits)
    model.save_pretrained(to)
    AutoTokenizer.from_pretrained(checkpoint).save_pretrained(to)
    return to
