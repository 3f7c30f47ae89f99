"""The mel spectrogram that sounds are generated as: 64 bands, 128 frames of 16 ms, in about [-1, 1]."""
from __future__ import annotations

from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor

from ..world.logmel import slaney

WINDOW, HOP, BANDS, FRAMES = 1024, 256, 64, 128
FLOOR, MIDDLE, SPAN = 1e-3, -2.75, 4.25  # the logarithm of a sound runs from -7, which is silence, to 1.5


@cache
def _filters() -> Tensor:
    return torch.from_numpy(slaney(WINDOW, BANDS)).float()


def mel(waveforms: Tensor) -> Tensor:
    """Waveforms [B, 256·T] in [-1, 1] -> [B, T, 64]; frame i looks at the samples around the middle of its 256."""
    margin = (WINDOW - HOP) // 2
    x = F.pad(waveforms[:, None], (margin, margin), mode="reflect")[:, 0]
    magnitudes = torch.stft(x, WINDOW, HOP, window=torch.hann_window(WINDOW), center=False, return_complex=True).abs()
    logs = (magnitudes.transpose(1, 2) @ _filters()).clamp(min=FLOOR).log()
    return (logs - MIDDLE) / SPAN
