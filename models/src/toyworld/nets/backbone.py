"""The language model: a pre-norm GPT on embeddings, with rotary positions and an explicit key-value cache."""
from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

WIDTH, LAYERS, HEADS, CONTEXT = 192, 6, 6, 256
HEAD = WIDTH // HEADS
Past = list[tuple[Tensor, Tensor]]


def rotation(position_ids: Tensor) -> tuple[Tensor, Tensor]:
    """Cosines and sines [B, 1, S, HEAD] of the rotary embedding."""
    rates = 10_000.0 ** (-torch.arange(0, HEAD, 2).float() / HEAD)
    angles = position_ids[:, None, :, None].float() * torch.cat([rates, rates])
    return angles.cos(), angles.sin()


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    a, b = x.chunk(2, -1)
    return x * cos + torch.cat([-b, a], -1) * sin


def mask_of(attention_mask: Tensor, new: int) -> Tensor:
    """What is added to the scores of `new` queries [B, 1, new, P + new]. Column P+i is the newest that query i may see; padded columns are
    hidden from everyone."""
    total = attention_mask.shape[1]
    columns = torch.arange(total)
    visible = columns[None, :] <= columns[total - new:, None]
    visible = visible[None, None] & (attention_mask > 0)[:, None, None, :]
    return (visible.float() - 1.0) * 1e9


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.qkv, self.out = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.feed = nn.Sequential(nn.Linear(WIDTH, 4 * WIDTH), nn.GELU(), nn.Linear(4 * WIDTH, WIDTH))

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, mask: Tensor, past_key: Tensor | None,
                past_value: Tensor | None) -> tuple[Tensor, Tensor, Tensor]:
        b, s, _ = x.shape
        q, k, v = (t.view(b, s, HEADS, HEAD).transpose(1, 2) for t in self.qkv(self.norm1(x)).chunk(3, -1))
        q, k = rotate(q, cos, sin), rotate(k, cos, sin)
        if past_key is not None:
            k, v = torch.cat([past_key, k], 2), torch.cat([past_value, v], 2)
        weight = (q @ k.transpose(-1, -2) * HEAD**-0.5 + mask).softmax(-1)
        x = x + self.out((weight.to(v.dtype) @ v).transpose(1, 2).reshape(b, s, WIDTH))
        return x + self.feed(self.norm2(x)), k, v


class Backbone(nn.Module):
    def __init__(self, vocabulary: int):
        super().__init__()
        self.words = nn.Embedding(vocabulary, WIDTH)
        nn.init.normal_(self.words.weight, std=0.05)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.norm = nn.LayerNorm(WIDTH)

    def embed(self, input_ids: Tensor) -> Tensor:
        return self.words(input_ids)

    def logits(self, hidden: Tensor) -> Tensor:
        return F.linear(hidden, self.words.weight)

    def forward(self, inputs_embeds: Tensor, attention_mask: Tensor, position_ids: Tensor,
                past: Past | None = None) -> tuple[Tensor, Past]:
        """Embeddings [B, S, H], mask [B, P+S] and true positions [B, S] -> final hidden states and the new cache."""
        cos, sin = rotation(position_ids)
        mask = mask_of(attention_mask, inputs_embeds.shape[1])
        x, present = inputs_embeds, []
        for i, layer in enumerate(self.layers):
            key, value = past[i] if past is not None else (None, None)
            x, key, value = layer(x, cos, sin, mask, key, value)
            present.append((key, value))
        return self.norm(x), present
