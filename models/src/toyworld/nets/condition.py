"""τ: the generator's own text encoder. Its output for a caption is what the output projector learns to imitate."""
from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .blocks import Block

LENGTH, WIDTH = 16, 128


def key_mask(kept: Tensor) -> Tensor:
    """[B, N] of 0 and 1 -> an additive attention mask [B, 1, 1, N]. A row without any key attends to all alike."""
    return (kept[:, None, None, :] - 1.0) * 1e4


def gathered(condition: Tensor) -> tuple[Tensor, Tensor]:
    """A condition [B, N, 128] -> which of its tokens count [B, N] and their mean [B, 128]. It is read off their length (√128 for a
    word, about 0 for padding), so that a projected condition, which comes without a mask, is treated like the text encoder's."""
    kept = (condition.pow(2).sum(-1) > WIDTH / 4).float()
    return kept, (condition * kept[:, :, None]).sum(1) / kept.sum(1, keepdim=True).clamp(min=1)


class ConditionEncoder(nn.Module):
    def __init__(self, vocabulary: int, layers: int = 2):
        super().__init__()
        self.words = nn.Embedding(vocabulary, WIDTH)
        self.places = nn.Parameter(torch.randn(LENGTH, WIDTH) * 0.02)
        self.blocks = nn.ModuleList(Block(WIDTH, 4) for _ in range(layers))

    def forward(self, ids: Tensor) -> Tensor:
        """Ids [B, 16], 0 on padding -> [B, 16, 128]; tokens have length √128, padding is exactly zero."""
        kept = (ids > 0).float()
        x, mask = self.words(ids) + self.places, key_mask(kept)
        for block in self.blocks:
            x = block(x, mask)
        return F.layer_norm(x, (WIDTH,)) * kept[:, :, None]
