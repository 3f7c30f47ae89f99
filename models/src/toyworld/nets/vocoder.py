"""The vocoder: a mel spectrogram -> a waveform, as one graph of convolutions.

A purely convolutional network that predicts phases cannot play a steady tone: from a steady mel it gives the same output
for every frame. So the network predicts how loud each of 257 bins is and how fast its phase turns; the turns are summed
up over time, and a few rounds of Griffin and Lim's algorithm (the fast variant of Perraudin, Balazs and Søndergaard, 2013)
make the bins agree with each other.
"""
from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .mel import BANDS, HOP

WINDOW, STEP = 512, 128  # the inverse transform's own frames: two to a frame of the mel
BINS = WINDOW // 2 + 1
FLOOR = 1e-2
MOMENTUM = 0.99
STIFF = 0.3  # keeps a bin whose rounds cancel each other from being blown up, and rounding errors with it


class Block(nn.Module):
    """A ConvNeXt block over time."""

    def __init__(self, width: int):
        super().__init__()
        self.spread = nn.Conv1d(width, width, 7, 1, 3, groups=width)
        self.norm = nn.LayerNorm(width)
        self.feed = nn.Sequential(nn.Linear(width, 3 * width), nn.GELU(), nn.Linear(3 * width, width))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.feed(self.norm(self.spread(x).transpose(1, 2))).transpose(1, 2)


class Transform(nn.Module):
    """The short-time Fourier transform and its inverse as convolutions with one shared kernel.

    A spectrum is [B, 514, J]: real parts, then imaginary parts, with phases counted from the middle of a frame."""

    def __init__(self):
        super().__init__()
        n, k = torch.arange(WINDOW, dtype=torch.float64), torch.arange(BINS, dtype=torch.float64)
        angle = 2 * math.pi * k[:, None] * (n - WINDOW // 2) / WINDOW
        window = 0.5 - 0.5 * torch.cos(2 * math.pi * n / WINDOW)
        kernel = torch.cat([torch.cos(angle), -torch.sin(angle)]) * window
        self.register_buffer("kernel", kernel[:, None].float())
        scale = torch.full((BINS,), 2.0)
        scale[0] = scale[-1] = 1.0
        # Squared Hann windows a quarter apart add up to 1.5.
        self.register_buffer("scale", (scale / (WINDOW * 1.5)).repeat(2)[None, :, None])

    def forward(self, samples: Tensor) -> Tensor:
        return F.conv1d(samples, self.kernel, stride=STEP)

    def inverse(self, spectrum: Tensor) -> Tensor:
        return F.conv_transpose1d(spectrum * self.scale, self.kernel, stride=STEP)


# One frame of the mel is added at each end; its two frames of the transform are cut off again.
MARGIN = (WINDOW - STEP) // 2 + HOP


def spectrum_of(transform: Transform, waveforms: Tensor) -> Tensor:
    """The spectrum [B, 514, 2·T + 4] that the vocoder has to make for waveforms [B, 256·T]."""
    return transform(F.pad(waveforms[:, None], (MARGIN, MARGIN)))


def magnitude(spectrum: Tensor) -> Tensor:
    re, im = spectrum.chunk(2, 1)
    return (re * re + im * im + 1e-12).sqrt()


class Vocoder(nn.Module):
    def __init__(self, width: int = 160, blocks: int = 5, rounds: int = 4):
        super().__init__()
        self.rounds = rounds
        self.enter = nn.Conv1d(BANDS, width, 7, 1, 3)
        self.blocks = nn.Sequential(*(Block(width) for _ in range(blocks)))
        self.norm = nn.LayerNorm(width)
        self.leave = nn.Linear(width, 4 * BINS)
        self.transform = Transform()
        self.register_buffer("turns", (torch.arange(BINS) * (math.pi / 2)).remainder(2 * math.pi)[None, :, None])

    def predict(self, spectrogram: Tensor) -> tuple[Tensor, Tensor]:
        """Mels [B, T, 64] -> the logarithm of the magnitudes and the phases' turns beyond the bins' own, both [B, 257, 2·T + 4]."""
        x = torch.cat([spectrogram[:, :1], spectrogram, spectrogram[:, -1:]], 1).transpose(1, 2)
        x = self.leave(self.norm(self.blocks(self.enter(x)).transpose(1, 2)))
        b, t, _ = x.shape
        loud, turn = x.reshape(b, 2 * t, 2 * BINS).transpose(1, 2).chunk(2, 1)
        return loud, turn

    def phases(self, loud: Tensor, turn: Tensor) -> Tensor:
        """The phases of all bins; neighbours turn together with the loudest of them, as the bins of one tone do."""
        weight = (4 * (loud - loud.amax(1, keepdim=True))).clamp(min=-30).exp()
        beyond = turn * (2 / math.pi)  # in bins
        over, under = torch.zeros_like(turn), torch.zeros_like(turn)
        for shift in range(-2, 3):
            w = F.pad(weight, (0, 0, 2, 2))[:, 2 + shift:2 + shift + BINS]
            f = F.pad(beyond, (0, 0, 2, 2))[:, 2 + shift:2 + shift + BINS] + shift
            over, under = over + w * f, under + w
        turn = over / (under + 1e-20) * (math.pi / 2) + self.turns
        # Summed in double precision, whole turns taken off: large angles lose digits, and the rounds magnify what they lose.
        phase = torch.cumsum(turn.double(), 2) / (2 * math.pi)
        return ((phase - torch.floor(phase)) * (2 * math.pi)).to(turn.dtype)

    def refine(self, loud: Tensor, phase: Tensor, rounds: int) -> Tensor:
        """The spectrum with these magnitudes after some rounds of fast Griffin-Lim."""
        size = (loud.clamp(max=6).exp() - FLOOR).relu()
        size = torch.cat([size, size], 1)
        spectrum = size * torch.cat([phase.cos(), phase.sin()], 1)
        ahead, before = spectrum, None
        for _ in range(rounds):
            projected = self.transform(self.transform.inverse(ahead))
            now = projected if before is None else projected + MOMENTUM * (projected - before)
            before = projected
            length = (magnitude(now).pow(2) + (STIFF * size[:, :BINS]).pow(2)).sqrt()
            ahead = size * now / torch.cat([length, length], 1)
        return ahead

    def forward(self, spectrogram: Tensor) -> Tensor:
        """Mels [B, T, 64] -> waveforms [B, 256·T] in [-1, 1]; what would be louder is made quieter as a whole, as cutting its peaks off clicks."""
        loud, turn = self.predict(spectrogram)
        samples = self.transform.inverse(self.refine(loud, self.phases(loud, turn), self.rounds))
        samples = samples[:, 0, MARGIN:-MARGIN]
        return samples / samples.abs().amax(1, keepdim=True).clamp(min=1)
