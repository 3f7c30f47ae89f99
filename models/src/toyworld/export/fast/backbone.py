"""The language model: rotary positions and attention with a cache are one node of ONNX Runtime's own each."""
from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from ...nets import backbone
from ...nets.backbone import CONTEXT, HEAD, HEADS, WIDTH, Past
from .parts import Form, fed, normed


class _Rotary(torch.autograd.Function):
    """Turns queries or keys [B, S, D] by their positions [B, S], of which cosines and sines [positions, HEAD / 2] are looked up."""

    @staticmethod
    def forward(ctx, x: Tensor, position_ids: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        cos, sin = (torch.cat([t, t], -1)[position_ids][:, :, None] for t in (cos, sin))
        return backbone.rotate(x.unflatten(-1, (HEADS, HEAD)), cos, sin).flatten(2)

    @staticmethod
    def symbolic(g, x, position_ids, cos, sin):
        return g.op("com.microsoft::RotaryEmbedding", x, position_ids, cos, sin, num_heads_i=HEADS).setType(x.type())


class _Attention(torch.autograd.Function):
    """Attention of queries, keys and values [B, S, D] that remembers keys and values [B, HEADS, P, HEAD] -> [B, S, D] and what is to be
    remembered; `mask` [B, 1, S, P + S] is added to the scores."""

    @staticmethod
    def forward(ctx, q: Tensor, k: Tensor, v: Tensor, mask: Tensor, past_key: Tensor, past_value: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        q, k, v = (t.unflatten(-1, (HEADS, HEAD)).transpose(1, 2) for t in (q, k, v))
        k, v = torch.cat([past_key, k], 2), torch.cat([past_value, v], 2)
        return F.scaled_dot_product_attention(q, k, v, attn_mask=mask).transpose(1, 2).flatten(2), k, v

    @staticmethod
    def symbolic(g, q, k, v, mask, past_key, past_value):
        none = g.op("prim::Constant")
        none.setType(torch._C.OptionalType.ofTensor())
        out, key, value = g.op("com.microsoft::MultiHeadAttention", q, k, v, none, none, mask, past_key, past_value, num_heads_i=HEADS, outputs=3)
        return out.setType(q.type()), key.setType(past_key.type()), value.setType(past_value.type())


class Layer(Form, backbone.Layer):
    def forward(self, x: Tensor, rows: tuple, turned, mask: Tensor, past_key: Tensor, past_value: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Tokens [T, D], which are `rows` (B, S)."""
        q, k, v = normed(self.norm1, self.qkv, x).reshape(*rows, 3 * WIDTH).split(WIDTH, -1)
        seen, key, value = _Attention.apply(turned(q), turned(k), v, mask, past_key, past_value)
        return fed(self.norm2, self.feed, x + self.out(seen.reshape(-1, WIDTH))), key, value


class Backbone(Form, backbone.Backbone):
    def forward(self, inputs_embeds: Tensor, attention_mask: Tensor, position_ids: Tensor, past: Past) -> tuple[Tensor, Past]:
        cos, sin = (t[0, 0, :, :HEAD // 2] for t in backbone.rotation(torch.arange(2 * CONTEXT)[None]))
        mask, rows = backbone.mask_of(attention_mask, inputs_embeds.shape[1]), inputs_embeds.shape[:2]
        turned = lambda t: _Rotary.apply(t, position_ids, cos, sin)
        x, present = inputs_embeds.reshape(-1, WIDTH), []
        for layer, (key, value) in zip(self.layers, past):
            x, key, value = layer(x, rows, turned, mask, key, value)
            present.append((key, value))
        return self.norm(x).reshape(*rows, WIDTH), present
