"""What encodes media and texts, and the output projector."""
from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

from ...nets import condition, encoders, projectors
from .parts import Form, attend, fed, layer_norm, normed, rows_of, sizes, total, unit


class MediaEncoder(Form, encoders.MediaEncoder):
    def read(self, cells: Tensor) -> tuple[Tensor, Tensor]:
        n, width = sizes(cells)
        x = (cells + self.places).reshape(-1, width)
        for block in self.blocks:
            x = block.tokens(x, (-1, n))
        x = (layer_norm(x) * self.norm.weight + self.norm.bias).reshape(-1, n, width)
        return x, unit(self.joint(total(x) / n))


class ImageEncoder(MediaEncoder, encoders.ImageEncoder):
    def forward(self, pixel_values: Tensor) -> tuple[Tensor, Tensor]:
        return self.read(rows_of(self.stem(pixel_values)))


class AudioEncoder(MediaEncoder, encoders.AudioEncoder):
    def forward(self, input_features: Tensor) -> tuple[Tensor, Tensor]:
        return self.read(rows_of(self.stem(input_features[:, None])))


class VideoEncoder(MediaEncoder, encoders.VideoEncoder):
    def forward(self, pixel_values: Tensor) -> tuple[Tensor, Tensor]:
        frames, *frame = sizes(pixel_values)
        cells = rows_of(self.stem(pixel_values.reshape(-1, *frame)))
        n, width = sizes(cells)
        return self.read(cells.reshape(-1, frames * n, width))


class TextTower(Form, encoders.TextTower):
    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        b, s = input_ids.shape  # both are free
        x = (self.words(input_ids) + self.places[:s]).reshape(-1, encoders.WIDTH)
        for block in self.blocks:
            x = block.tokens(x, (b, s), attention_mask.int())
        x = (layer_norm(x) * self.norm.weight + self.norm.bias).reshape(b, s, encoders.WIDTH)
        kept = attention_mask.float()
        return unit(self.joint(total(x, kept) / kept.sum(1, keepdim=True).clamp(min=1)))


class ConditionEncoder(Form, condition.ConditionEncoder):
    def forward(self, ids: Tensor) -> Tensor:
        kept = ids > 0
        x = (self.words(ids) + self.places).reshape(-1, condition.WIDTH)
        for block in self.blocks:
            x = block.tokens(x, (-1, condition.LENGTH), kept.int())
        return layer_norm(x).reshape(-1, condition.LENGTH, condition.WIDTH) * kept[:, :, None].float()


class CrossBlock(Form, projectors.CrossBlock):
    def forward(self, x: Tensor, memory: Tensor) -> Tensor:
        (n, width), (cells, _) = sizes(x), sizes(memory)
        x, memory = x.reshape(-1, width), memory.reshape(-1, width)
        q = normed(self.norm, self.q, x).reshape(-1, n, width)
        k, v = normed(self.memory_norm, self.kv, memory).reshape(-1, cells, 2 * width).split(width, -1)
        x = x + self.out(attend(q, k, v, self.heads).reshape(-1, width))
        return fed(self.norm2, self.feed, x).reshape(-1, n, width)
