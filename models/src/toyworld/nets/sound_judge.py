"""The judge of sounds: reads thing, pitch and pace. It is trained on renders only and never on anything generated."""
from __future__ import annotations

from torch import Tensor, nn

from ..world.logmel import BINS, FRAMES
from ..world.sound import SOUND_ATTRIBUTES

HEADS = tuple(len(values) for values in SOUND_ATTRIBUTES.values())


class SoundJudge(nn.Module):
    """A plain CNN, unlike the encoder that the family itself hears with."""

    def __init__(self):
        super().__init__()
        layers: list[nn.Module] = []
        channels = (1, 16, 32, 64, 96)
        for i, o in zip(channels, channels[1:]):
            k = 5 if i == 1 else 3
            layers += [nn.Conv2d(i, o, k, 2, k // 2), nn.BatchNorm2d(o), nn.ReLU()]
        cells = -(-BINS // 16) * -(-FRAMES // 16)
        self.body = nn.Sequential(*layers, nn.Flatten(), nn.Dropout(0.2), nn.Linear(96 * cells, 160), nn.ReLU())
        self.heads = nn.Linear(160, sum(HEADS))

    def forward(self, features: Tensor) -> tuple[Tensor, ...]:
        """Whisper's log-mels [B, 80, 200] -> logits of thing, pitch and pace."""
        return self.heads(self.body(features[:, None])).split(HEADS, 1)
