"""The judge: reads the attributes of a picture. It is trained on renders only and never on anything generated."""
from __future__ import annotations

from torch import Tensor, nn

from ..world.scene import ATTRIBUTES

HEADS = tuple(len(values) for values in ATTRIBUTES.values())


class Judge(nn.Module):
    """A plain CNN, unlike the conv-and-attention encoder that the family itself sees with."""

    def __init__(self):
        super().__init__()
        layers: list[nn.Module] = []
        channels = (3, 24, 48, 96, 96)
        for i, o in zip(channels, channels[1:]):
            k = 5 if i == 3 else 3
            layers += [nn.Conv2d(i, o, k, 2, k // 2), nn.BatchNorm2d(o), nn.ReLU()]
        self.body = nn.Sequential(*layers, nn.Flatten(), nn.Linear(96 * 64, 192), nn.ReLU())
        self.heads = nn.Linear(192, sum(HEADS))

    def forward(self, pictures: Tensor) -> tuple[Tensor, ...]:
        """Pictures in [0, 1] -> logits of thing, colour, place, size and background."""
        return self.heads(self.body(pictures * 2 - 1)).split(HEADS, 1)
