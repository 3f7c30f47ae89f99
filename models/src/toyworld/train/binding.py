"""Teaches which words each of two things is drawn from. Left alone, colours and things of a picture are shared out at random for
thousands of steps."""
from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer
from torch import Tensor, nn

from ..nets.blocks import heads_of
from ..nets.condition import LENGTH, WIDTH
from ..nets.unet import Attention
from ..world.captions import noun_phrases
from ..world.render import half
from ..world.scene import RELATIONS, Scene
from ..world.tokenizer import ids

CELLS = 16
LOOKING_WEIGHT, TELLING_WEIGHT = 0.3, 0.1


def item_spans(scenes: list[Scene], words: Tokenizer) -> Tensor:
    """Which item each token of a caption of two things speaks of [N, 16]: 1 or 2, 0 for neither."""
    rows = []
    for scene in scenes:
        first, second = noun_phrases(scene)
        parts = ((1, first), (0, f" {scene.relation}"), (2, f" {second}"))
        row = [which for which, text in parts for _ in ids(words, text)]
        rows.append(row + [0] * (LENGTH - len(row)))
    return torch.tensor(rows)


def item_cells(scenes: list[Scene]) -> Tensor:
    """Which item's half of the picture each latent cell is in [N, 16, 16]: 1 or 2."""
    return torch.from_numpy(np.stack([np.where(half(scene.items[0].place, CELLS), 1, 2) for scene in scenes]))


def item_roles(scenes: list[Scene]) -> Tensor:
    """The place of each item [N, 2], as its index among the places that two things can be at."""
    places = sorted({place for both in RELATIONS.values() for place in both})
    return torch.tensor([[places.index(item.place) for item in scene.items] for scene in scenes])


def telling_loss(tau: Tensor, spans: Tensor, roles: Tensor) -> Tensor:
    """Where its item is, read off each word of τ by a fixed random map: so every word comes to tell it. Cross-entropy over the
    tokens of items; tau [B, 16, 128], spans [B, 16], roles [B, 2]."""
    reader = torch.randn(WIDTH, len(RELATIONS), generator=torch.Generator().manual_seed(0)) * 4 / WIDTH**0.5
    said = spans > 0
    return F.cross_entropy((tau @ reader)[said], roles.gather(1, (spans - 1).clamp(min=0))[said])


def looking_loss(q: Tensor, k: Tensor, heads: int, spans: Tensor, cells: Tensor) -> Tensor:
    """How much the cells of an item look at the words of the other one, in every head; q [B, cells, D], k [B, 16, D], spans [B, 16],
    cells [B, 16, 16] (0: of neither)."""
    scores = heads_of(q, heads) @ heads_of(k, heads).transpose(-1, -2) / (q.shape[-1] / heads)**0.5
    first, second = (scores.masked_fill((spans != which)[:, None, None], -1e4).logsumexp(-1) for which in (1, 2))
    side = round(q.shape[1]**0.5)
    at = F.max_pool2d(cells.float()[:, None], CELLS // side).flatten(2)
    of_own = torch.where(at == 1, first - second, second - first)
    return F.softplus(-of_own)[(at > 0).expand_as(of_own)].mean()


class Binding:
    """Both losses on captions of two things. It listens to the cross-attention of a U-Net, whose last run is looked at."""

    def __init__(self, unet: nn.Module, scenes: list[Scene], things: Tensor, words: Tokenizer):
        """`things` [N, 16, 16] marks the cells of pictures of these scenes that a thing touches."""
        self.spans, self.roles, self.cells = item_spans(scenes, words), item_roles(scenes), item_cells(scenes) * things.long()
        self.layers = [m for m in unet.modules() if isinstance(m, Attention)]
        self.seen: dict[tuple[int, str], Tensor] = {}
        for i, layer in enumerate(self.layers):
            for name in ("q", "kv"):
                getattr(layer, name).register_forward_hook(lambda _, __, out, key=(i, name): self.seen.__setitem__(key, out))

    def loss(self, index: Tensor, rows: Tensor, tau: Tensor) -> Tensor:
        """Of the scenes at `index`, whose whole captions were said in these rows of the last batch; `tau` is of the batch."""
        spans, cells = self.spans[index], self.cells[index]
        looking = torch.stack([looking_loss(self.seen[i, "q"][rows], self.seen[i, "kv"][rows].chunk(2, -1)[0], layer.heads, spans, cells)
                               for i, layer in enumerate(self.layers)]).mean()
        return LOOKING_WEIGHT * looking + TELLING_WEIGHT * telling_loss(tau[rows], spans, self.roles[index])
