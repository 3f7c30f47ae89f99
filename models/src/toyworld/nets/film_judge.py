"""The judge of films: reads thing, colour, motion and background. It is trained on renders only."""
from __future__ import annotations

from torch import Tensor, nn

from ..world.film import FILM_ATTRIBUTES

HEADS = tuple(len(values) for values in FILM_ATTRIBUTES.values())
LOOKS = (0, 3, 6, 9, 12, 15)


class FilmJudge(nn.Module):
    """A plain CNN that sees six frames as one picture of 18 channels, unlike the frame-by-frame encoder of the family."""

    def __init__(self):
        super().__init__()
        layers: list[nn.Module] = []
        channels = (3 * len(LOOKS), 48, 96, 128, 128)
        for i, o in zip(channels, channels[1:]):
            k = 5 if i == channels[0] else 3
            layers += [nn.Conv2d(i, o, k, 2, k // 2), nn.BatchNorm2d(o), nn.ReLU()]
        self.body = nn.Sequential(*layers, nn.Flatten(), nn.Dropout(0.2), nn.Linear(128 * 16, 192), nn.ReLU())
        self.heads = nn.Linear(192, sum(HEADS))

    def read(self, looks: Tensor) -> tuple[Tensor, ...]:
        """The frames LOOKS [B, 6, 3, 64, 64] in [0, 1] -> logits of thing, colour, motion and background."""
        return self.heads(self.body(looks.flatten(1, 2) * 2 - 1)).split(HEADS, 1)

    def forward(self, frames: Tensor) -> tuple[Tensor, ...]:
        """Frames [B, 16, 3, 64, 64] in [0, 1] -> logits of thing, colour, motion and background."""
        return self.read(frames[:, list(LOOKS)])
