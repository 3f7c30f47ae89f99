"""The picture encoder and the text tower that share a joint space of 128 dimensions."""
from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .blocks import Block
from .condition import key_mask

WIDTH, JOINT, TOKENS, TEXT_LENGTH = 128, 128, 64, 48


class ImageEncoder(nn.Module):
    """A convolutional stem down to an 8×8 grid, then two transformer blocks."""

    def __init__(self):
        super().__init__()
        layers: list[nn.Module] = []
        channels = (3, 32, 64, 96, WIDTH)
        for i, o in zip(channels, channels[1:]):
            layers += [nn.Conv2d(i, o, 5 if i == 3 else 3, 2, 2 if i == 3 else 1), nn.GroupNorm(8, o), nn.GELU()]
        self.stem = nn.Sequential(*layers)
        self.places = nn.Parameter(torch.randn(TOKENS, WIDTH) * 0.02)
        self.blocks = nn.ModuleList(Block(WIDTH, 4) for _ in range(2))
        self.norm = nn.LayerNorm(WIDTH)
        self.joint = nn.Linear(WIDTH, JOINT)

    def forward(self, pixel_values: Tensor) -> tuple[Tensor, Tensor]:
        """Pictures in [-1, 1] -> features [B, 64, 128] and a unit embedding [B, 128]."""
        x = self.stem(pixel_values).flatten(2).transpose(1, 2) + self.places
        for block in self.blocks:
            x = block(x)
        x = self.norm(x)
        return x, F.normalize(self.joint(x.mean(1)), dim=-1)


class TextTower(nn.Module):
    def __init__(self, vocabulary: int):
        super().__init__()
        self.words = nn.Embedding(vocabulary, WIDTH)
        nn.init.normal_(self.words.weight, std=0.05)
        self.places = nn.Parameter(torch.randn(TEXT_LENGTH, WIDTH) * 0.02)
        self.blocks = nn.ModuleList(Block(WIDTH, 4) for _ in range(2))
        self.norm = nn.LayerNorm(WIDTH)
        self.joint = nn.Linear(WIDTH, JOINT)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Ids [B, S] with S up to 48 -> a unit embedding [B, 128]."""
        kept = attention_mask.float()
        x, mask = self.words(input_ids) + self.places[:input_ids.shape[1]], key_mask(kept)
        for block in self.blocks:
            x = block(x, mask)
        x = (self.norm(x) * kept[:, :, None]).sum(1) / kept.sum(1, keepdim=True).clamp(min=1)
        return F.normalize(self.joint(x), dim=-1)


class JointEncoders(nn.Module):
    """Both towers, with what only training needs: a learned scale, and a head that reads the attributes."""

    def __init__(self, vocabulary: int, heads: tuple[int, ...]):
        super().__init__()
        self.image, self.text = ImageEncoder(), TextTower(vocabulary)
        self.scale = nn.Parameter(torch.tensor(math.log(10.0)))
        self.query = nn.Parameter(torch.randn(WIDTH) * 0.05)
        self.read, self.heads = nn.Linear(WIDTH, sum(heads)), heads

    def forward(self, pictures: Tensor, ids: Tensor, mask: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        """The contrastive loss and the attribute logits."""
        features, image = self.image(pictures)
        scores = self.scale.exp().clamp(max=100) * image.float() @ self.text(ids, mask).float().T
        target = torch.arange(len(scores))
        loss = (F.cross_entropy(scores, target) + F.cross_entropy(scores.T, target)) / 2
        weight = (features @ self.query).softmax(1)
        return loss, self.read((features * weight[:, :, None]).sum(1)).float().split(self.heads, 1)
