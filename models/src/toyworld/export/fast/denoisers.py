"""The denoisers. Of the attention to the condition, which has few tokens, all that the condition decides is brought into two matrices a
level: one takes pixels to scores of its tokens, the other from what is left of them after the softmax back to pixels."""
from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from ...nets import film_unet, unet
from ...nets.condition import LENGTH, WIDTH as CONDITION, key_mask
from ...nets.unet import EMBED
from .parts import Form, after_norm, attend, fed, layer_norm, rows_of, self_attended, sizes, total


def gathered(condition: Tensor) -> tuple[Tensor, Tensor]:
    """As the network's own, but that the two rows of a guided step may be run apart: see :func:`total`."""
    kept = (condition.pow(2).sum(-1) > CONDITION / 4).float()
    return kept, total(condition, kept) / kept.sum(1, keepdim=True).clamp(min=1)


class ResBlock(Form, unet.ResBlock):
    def forward(self, x: Tensor, e: Tensor) -> Tensor:
        h = self.norm2.standardized(self.conv1(F.silu(self.norm1(x))))
        # norm2's gain and bias with the scale and shift after it: two numbers a channel, both linear in e.
        channels, gain, bias = self.norm2.num_channels, self.norm2.weight, self.norm2.bias
        (scale, shift), (by, to) = self.embed.weight.split(channels), self.embed.bias.split(channels)
        weight = torch.cat([scale * gain[:, None], scale * bias[:, None] + shift])
        told = F.linear(e, weight, torch.cat([(by + 1) * gain, (by + 1) * bias + to]))
        gain, bias = told.reshape(-1, 2 * channels, 1, 1).split(channels, 1)
        return self.skip(x) + self.conv2(F.silu(h * gain + bias))


class Attention(Form, unet.Attention):
    def asked(self) -> tuple[Tensor, Tensor]:
        """What each head asks of standardized pixels: a weight [heads, D / heads, D] and a bias [heads, D / heads, 1]."""
        weight, bias = after_norm(self.norm2, self.q)
        size = self.q.out_features // self.heads
        return (weight * size**-0.5).reshape(self.heads, size, -1), (bias * size**-0.5).reshape(self.heads, size, 1)

    def scores_and_back(self) -> Tensor:
        """What takes each head's keys [.., D / heads] to their scores with pixels, then each head's values to pixels: [2·heads, D / heads, D]."""
        weight, _ = self.asked()
        return torch.cat([weight, self.out2.weight.T.reshape(weight.shape)])

    def offsets(self) -> tuple[Tensor, Tensor]:
        """Weight [heads, 128] and bias [heads] that take a token of the condition to its score with each head's bias."""
        _, bias = self.asked()
        weight, own = (t.split(self.q.out_features)[0].reshape(*bias.shape[:2], -1) for t in (self.kv.weight, self.kv.bias))
        return (weight * bias).sum(1), (own * bias).sum((1, 2))

    def forward(self, t: Tensor, n: int, told: tuple[Tensor, Tensor, Tensor], together: int = 1) -> Tensor:
        """Pixels [T, D] of maps of n each, of which so many together share a condition."""
        t = self_attended(self.norm1, self.qkv, self.out1, self.heads, t, (-1, n))
        width, seen = self.out2.out_features, n * together
        to_scores, offsets, back = told
        scores = layer_norm(t).reshape(-1, seen, width) @ to_scores.transpose(1, 2) + offsets
        weights = scores.reshape(-1, seen, self.heads, LENGTH).softmax(-1).reshape(-1, seen, self.heads * LENGTH)
        return fed(self.norm3, self.feed, t + (weights @ back).reshape(-1, width) + self.out2.bias)


class UNet(Form, unet.UNet):
    def looks(self) -> list[Attention]:
        return [self.look1, self.look2, self.look3, self.look4, self.look5, self.look6]

    def told(self, condition: Tensor, kept: Tensor) -> list[tuple[Tensor, Tensor, Tensor]]:
        """What every level's attention needs of the condition: for all heads and tokens [B, heads·16, D] to the scores, what is added to
        these [B, 1, heads·16], and [B, heads·16, D] back."""
        looks, tokens, heads = self.looks(), condition.reshape(-1, CONDITION), self.look1.heads
        linear = lambda pairs: F.linear(tokens, *(torch.cat(parts) for parts in zip(*pairs)))
        offsets = linear([look.offsets() for look in looks]).reshape(-1, LENGTH, len(looks) * heads).transpose(1, 2)
        offsets = (offsets.reshape(-1, len(looks), heads, LENGTH) + key_mask(kept)).reshape(-1, len(looks), 1, heads * LENGTH)
        found: dict[unet.Attention, tuple[Tensor, Tensor]] = {}
        for width in {look.out2.out_features: None for look in looks}:  # levels as wide as each other in one product
            alike = [look for look in looks if look.out2.out_features == width]
            split = linear([(look.kv.weight, look.kv.bias) for look in alike]).reshape(-1, LENGTH, 2 * len(alike) * heads, width // heads)
            matrices = split.transpose(1, 2) @ torch.cat([look.scores_and_back() for look in alike])
            matrices = matrices.reshape(-1, 2 * len(alike), heads * LENGTH, width)
            found |= {look: (matrices[:, 2 * i], matrices[:, 2 * i + 1]) for i, look in enumerate(alike)}
        return [(found[look][0], offsets[:, i], found[look][1]) for i, look in enumerate(looks)]

    def forward(self, sample: Tensor, timestep: Tensor, condition: Tensor) -> Tensor:
        kept, pooled = gathered(condition)
        told, looks = self.told(condition, kept), self.looks()

        def look(level: int, x: Tensor) -> Tensor:
            channels, height, width = sizes(x)
            t = looks[level - 1](rows_of(x).reshape(-1, channels), height * width, told[level - 1])
            return t.reshape(-1, height * width, channels).transpose(1, 2).reshape(-1, channels, height, width)

        return self.levels(self.enter(sample), self.moment(timestep, pooled), look)


class Attend(Form, film_unet.Attend):
    def forward(self, t: Tensor, n: int, pooled: Tensor) -> Tensor:
        """Pixels [T, D] of films [B, frames, n] -> the same of [B, n, frames]. What each frame's place adds to queries, keys and values is the same
        for all pixels of a film."""
        frames, width = self.frames.shape
        t = t.reshape(-1, frames, n, width).transpose(1, 2).reshape(-1, width)
        places = self.norm.bias + self.frames * (self.embed(pooled)[:, None] + 1)
        places = self.qkv(places.reshape(-1, width)).reshape(-1, 1, frames, 3 * width)
        qkv = F.linear(layer_norm(t), self.qkv.weight * self.norm.weight)
        q, k, v = (qkv.reshape(-1, n, frames, 3 * width) + places).reshape(-1, frames, 3 * width).split(width, -1)
        return t + self.out(attend(q, k, v, self.heads).reshape(-1, width))


class FilmUNet(UNet, film_unet.FilmUNet):
    def forward(self, sample: Tensor, timestep: Tensor, condition: Tensor) -> Tensor:
        latent, frames, height, width = sizes(sample)
        kept, pooled = gathered(condition)
        told, looks = self.told(condition, kept), self.looks()
        overs = self.over1, self.over2, self.over3, self.over4, self.over5, self.over6
        e = torch.cat([self.moment(timestep, pooled)] * frames, 1).reshape(-1, EMBED)

        def look(level: int, x: Tensor) -> Tensor:
            channels, height, width = sizes(x)
            t = looks[level - 1](rows_of(x).reshape(-1, channels), height * width, told[level - 1], frames)
            t = overs[level - 1](t, height * width, pooled).reshape(-1, height * width, frames, channels)
            return t.permute(0, 2, 3, 1).reshape(-1, channels, height, width)

        x = self.enter(sample.transpose(1, 2).reshape(-1, latent, height, width))
        x = x.reshape(-1, frames, *sizes(x)) + self.frames[:, :, None, None]
        v = self.levels(x.reshape(-1, *sizes(x)[1:]), e, look)
        return v.reshape(-1, frames, latent, height, width).transpose(1, 2)
