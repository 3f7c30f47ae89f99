"""Sounds as pictures."""
from __future__ import annotations

import numpy as np

from ..world.logmel import log_mel
from ..world.render import contact_sheet


def spectrograms(sounds: list[np.ndarray], columns: int = 8) -> np.ndarray:
    """Whisper's log-mels side by side, low pitches at the bottom, as uint8 [rows·84, columns·204, 3]."""
    mels = log_mel(np.stack([np.pad(s, (0, max(0, 32_768 - len(s))))[:32_768] for s in sounds]))[:, ::-1]
    mels = (mels - mels.min((1, 2), keepdims=True)) / (np.ptp(mels, (1, 2), keepdims=True) + 1e-6)
    tiles = np.zeros((len(sounds), 84, 204, 3), np.uint8)
    stops = np.array([[8, 10, 30], [70, 30, 110], [200, 60, 80], [250, 180, 60], [255, 250, 200]], np.float32)
    at = mels * (len(stops) - 1)
    low = np.minimum(at.astype(int), len(stops) - 2)
    tiles[:, 2:-2, 2:-2] = (stops[low] + (stops[low + 1] - stops[low]) * (at - low)[..., None]).astype(np.uint8)
    return contact_sheet(tiles, columns)
