"""The picture encoder and the text tower that share a joint space of 128 dimensions."""
from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .blocks import Block
from .condition import key_mask

WIDTH, JOINT, TEXT_LENGTH = 128, 128, 48
IMAGE_TOKENS, AUDIO_TOKENS = 64, 65
FRAMES, FRAME_TOKENS = 8, 16


def stem(inner: int) -> nn.Sequential:
    """Four convolutions that halve both sides each."""
    layers: list[nn.Module] = []
    channels = (inner, 32, 64, 96, WIDTH)
    for level, (i, o) in enumerate(zip(channels, channels[1:])):
        k = 3 if level else 5
        layers += [nn.Conv2d(i, o, k, 2, k // 2), nn.GroupNorm(8, o), nn.GELU()]
    return nn.Sequential(*layers)


class MediaEncoder(nn.Module):
    """A convolutional stem and two transformer blocks over its cells."""

    def __init__(self, channels: int, tokens: int):
        super().__init__()
        self.stem = stem(channels)
        self.places = nn.Parameter(torch.randn(tokens, WIDTH) * 0.02)
        self.blocks = nn.ModuleList(Block(WIDTH, 4) for _ in range(2))
        self.norm = nn.LayerNorm(WIDTH)
        self.joint = nn.Linear(WIDTH, JOINT)

    def read(self, cells: Tensor) -> tuple[Tensor, Tensor]:
        """Cells [B, N, 128] -> features [B, N, 128] and a unit embedding [B, 128]."""
        x = cells + self.places
        for block in self.blocks:
            x = block(x)
        x = self.norm(x)
        return x, F.normalize(self.joint(x.mean(1)), dim=-1)


class ImageEncoder(MediaEncoder):
    def __init__(self):
        super().__init__(3, IMAGE_TOKENS)

    def forward(self, pixel_values: Tensor) -> tuple[Tensor, Tensor]:
        """Pictures [B, 3, 128, 128] in [-1, 1] -> features [B, 64, 128] and a unit embedding [B, 128]."""
        return self.read(self.stem(pixel_values).flatten(2).transpose(1, 2))


class AudioEncoder(MediaEncoder):
    def __init__(self):
        super().__init__(1, AUDIO_TOKENS)

    def forward(self, input_features: Tensor) -> tuple[Tensor, Tensor]:
        """Log-mels [B, 80, 200] as Whisper has them -> features [B, 65, 128] and a unit embedding [B, 128]."""
        return self.read(self.stem(input_features[:, None]).flatten(2).transpose(1, 2))


class VideoEncoder(MediaEncoder):
    """The stem sees each frame by itself; attention runs over the cells of all frames."""

    def __init__(self):
        super().__init__(3, FRAMES * FRAME_TOKENS)

    def forward(self, pixel_values: Tensor) -> tuple[Tensor, Tensor]:
        """Films [B, 8, 3, 64, 64] in [-1, 1] -> features [B, 128, 128] and a unit embedding [B, 128]."""
        cells = self.stem(pixel_values.flatten(0, 1)).flatten(2).transpose(1, 2)
        return self.read(cells.reshape(-1, FRAMES * FRAME_TOKENS, WIDTH))


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


class Reader(nn.Module):
    """What only training needs: reads the attributes off one encoder's features through one softmax over its cells."""

    def __init__(self, heads: tuple[int, ...]):
        super().__init__()
        self.query, self.out, self.heads = nn.Parameter(torch.randn(WIDTH) * 0.05), nn.Linear(WIDTH, sum(heads)), heads

    def forward(self, features: Tensor) -> tuple[Tensor, ...]:
        weight = (features @ self.query).softmax(1)
        return self.out((features * weight[:, :, None]).sum(1)).float().split(self.heads, 1)


class JointEncoders(nn.Module):
    """The towers of one joint space, with a learned scale and the attribute readers that only training needs."""

    def __init__(self, vocabulary: int, heads: dict[str, tuple[int, ...]]):
        super().__init__()
        self.towers = nn.ModuleDict({"image": ImageEncoder(), "audio": AudioEncoder(), "video": VideoEncoder()})
        self.text = TextTower(vocabulary)
        self.scale = nn.Parameter(torch.tensor(math.log(10.0)))
        self.readers = nn.ModuleDict({name: Reader(h) for name, h in heads.items()})

    def forward(self, modality: str, media: Tensor, ids: Tensor, mask: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        """The contrastive loss of media and their texts (InfoNCE both ways), and the attribute logits."""
        features, embedding = self.towers[modality](media)
        scores = self.scale.exp().clamp(max=100) * embedding.float() @ self.text(ids, mask).float().T
        target = torch.arange(len(scores))
        loss = (F.cross_entropy(scores, target) + F.cross_entropy(scores.T, target)) / 2
        return loss, self.readers[modality](features)
