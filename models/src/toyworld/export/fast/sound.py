"""The vocoder, with time before bins. Its window is even, and so are cosines, while sines are odd: the two halves of a frame are folded
onto each other before one matrix product each gives the real and imaginary parts, which is half the work, and unfolded on the way back."""
from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from ...nets import vocoder
from ...nets.vocoder import BINS, FLOOR, MARGIN, MOMENTUM, STEP, STIFF, WINDOW
from .parts import Form, normed, sizes

HALF = WINDOW // 2
Spectrum = tuple[Tensor, Tensor]  # real and imaginary parts, [B, J, 257] each


def overlapped(first: Tensor, second: Tensor, later: int) -> Tensor:
    """The sum [B, N + later, ..] of two tensors [B, N, ..] of which the second begins so much later."""
    shared = int(first.shape[1]) - later
    (alone, first), (second, rest) = first.split([later, shared], 1), second.split([shared, later], 1)
    return torch.cat([alone, first + second, rest], 1)


class Block(Form, vocoder.Block):
    def forward(self, x: Tensor) -> Tensor:
        width, n = sizes(x)
        tokens = self.spread(x).transpose(1, 2).reshape(-1, width)
        return x + self.feed[2](F.gelu(normed(self.norm, self.feed[0], tokens))).reshape(-1, n, width).transpose(1, 2)


class Transform(Form, vocoder.Transform):
    def kernels(self) -> tuple[Spectrum, Spectrum]:
        """Of the second half of each cosine and sine: what takes folded frames [256] to bins [257], and bins to frames. The first number is
        on the fold, and would count twice."""
        cosines, sines = self.kernel[:, 0, HALF:].split(BINS)
        cosines = cosines * torch.cat([torch.tensor([0.5]), torch.ones(HALF - 1)])
        scale = self.scale[0, :BINS]
        return (cosines.T, sines.T), (cosines * scale, sines * scale)

    def forward(self, samples: Tensor, kernels: Spectrum) -> Spectrum:
        """Samples [B, N] -> their spectrum. The very first one, which the window takes away, is left out here and below."""
        blocks = (int(samples.shape[1]) + 1) // STEP - 2
        ahead = samples[:, HALF - 1:].reshape(-1, blocks, STEP)
        back = samples[:, :blocks * STEP].reshape(-1, blocks, STEP).flip(2)
        after, before = torch.cat([ahead[:, :-1], ahead[:, 1:]], 2), torch.cat([back[:, 1:], back[:, :-1]], 2)
        return (after + before) @ kernels[0], (after - before) @ kernels[1]

    def inverse(self, spectrum: Spectrum, kernels: Spectrum) -> Tensor:
        even, odd = spectrum[0] @ kernels[0], spectrum[1] @ kernels[1]
        after, before = (even + odd).split(STEP, 2), (even - odd).split(STEP, 2)
        ahead, back = overlapped(after[0], after[1], 1), overlapped(before[1], before[0], 1).flip(2)
        ahead, back = (t.reshape(-1, int(t.shape[1]) * STEP) for t in (ahead, back))
        return overlapped(back, ahead, HALF - 1)


class Vocoder(Form, vocoder.Vocoder):
    def predict(self, spectrogram: Tensor) -> tuple[Tensor, Tensor]:
        """Both [B, 2·T + 4, 257]."""
        x = torch.cat([spectrogram[:, :1], spectrogram, spectrogram[:, -1:]], 1).transpose(1, 2)
        x = self.blocks(self.enter(x)).transpose(1, 2)
        n, width = sizes(x)
        return normed(self.norm, self.leave, x.reshape(-1, width)).reshape(-1, 2 * n, 2 * BINS).split(BINS, 2)

    def phases(self, loud: Tensor, turn: Tensor) -> Tensor:
        weight, beyond = (4 * (loud - loud.amax(2, keepdim=True))).clamp(min=-30).exp(), turn * (2 / math.pi)
        edge = weight[:, :, :2] * 0
        weight, beyond = (torch.cat([edge, t, edge], 2) for t in (weight, beyond))
        over, under = torch.zeros(1), torch.zeros(1)
        for shift in range(-2, 3):
            w, f = weight[:, :, 2 + shift:2 + shift + BINS], beyond[:, :, 2 + shift:2 + shift + BINS] + shift
            over, under = over + w * f, under + w
        turn = over / (under + 1e-20) * (math.pi / 2) + self.turns.transpose(1, 2)
        phase = torch.cumsum(turn.double(), 1) / (2 * math.pi)
        return ((phase - torch.floor(phase)) * (2 * math.pi)).to(turn.dtype)

    def forward(self, spectrogram: Tensor) -> Tensor:
        (loud, turn), (to, back) = self.predict(spectrogram), self.transform.kernels()
        phase = self.phases(loud, turn)
        size = (loud.clamp(max=6).exp() - FLOOR).relu()
        least = (STIFF * size).pow(2) + 1e-12
        ahead, before = (size * phase.cos(), size * phase.sin()), None
        for _ in range(self.rounds):
            projected = self.transform(self.transform.inverse(ahead, back), to)
            now = projected if before is None else tuple(p * (1 + MOMENTUM) - b * MOMENTUM for p, b in zip(projected, before))
            before = projected
            gain = size / (now[0] * now[0] + now[1] * now[1] + least).sqrt()
            ahead = now[0] * gain, now[1] * gain
        samples = self.transform.inverse(ahead, back)[:, MARGIN - 1:-MARGIN]
        return samples / samples.abs().amax(1, keepdim=True).clamp(min=1)
