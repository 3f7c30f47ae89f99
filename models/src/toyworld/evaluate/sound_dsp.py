"""A second opinion on sounds without any network: signal processing tells the register and the pace of a known thing."""
from __future__ import annotations

from functools import cache

import numpy as np

from ..world.logmel import slaney
from ..world.scene import THINGS
from ..world.sound import PITCHES, Sound
from ..world.synth import PERIOD, RATE, synthesize

WINDOW, HOP, BANDS = 1024, 160, 48  # frames of 10 ms


def _frames(waveform: np.ndarray) -> np.ndarray:
    """Power spectra [frames, 513]."""
    x = np.pad(waveform.astype(np.float64), WINDOW // 2)
    frames = np.lib.stride_tricks.sliding_window_view(x, WINDOW)[::HOP]
    return np.abs(np.fft.rfft(frames * np.hanning(WINDOW))) ** 2


def register(waveform: np.ndarray) -> float:
    """Where the sound lies, in octaves above 1 Hz: the power-weighted mean of the logarithm of the frequency."""
    power = _frames(waveform).sum(0)
    f = np.fft.rfftfreq(WINDOW, 1 / RATE)
    power = np.where((f >= 40) & (f <= 7500), power, 0)
    return float((power * np.log2(np.maximum(f, 1))).sum() / max(power.sum(), 1e-12))


@cache
def _registers(thing: int) -> tuple[float, ...]:
    """The registers of a thing's low, middle and high sounds, from a few renders of each."""
    renders = lambda pitch: [synthesize(Sound(thing, pitch, pace), np.random.default_rng((9, pitch, pace, i)))
                             for pace in range(2) for i in range(3)]
    return tuple(float(np.mean([register(x) for x in renders(pitch)])) for pitch in range(len(PITCHES)))


def pitch(waveform: np.ndarray, thing: int) -> int:
    """The pitch (an index into PITCHES) whose register is nearest."""
    return int(np.abs(np.array(_registers(thing)) - register(waveform)).argmin())


def rhythm(waveform: np.ndarray) -> float:
    """How much more alike moments one fast period apart are than moments half of that apart, as a share of the variance:
    about 0 or below for slow sounds, well above for fast ones."""
    bands = np.log10(_frames(waveform) @ slaney(WINDOW, BANDS) + 1e-12)
    bands = np.maximum(bands, bands.max() - 5)
    bands = _smooth(_smooth(bands, 7, 0), 5, 1)  # 70 ms and five bands: trills and ticks against tocks don't count
    bands -= bands.mean(0)
    alike = lambda seconds: float((bands[:-(lag := round(seconds * 100))] * bands[lag:]).sum(1).mean())
    whole = max(alike(PERIOD[1] * share) for share in (0.92, 0.96, 1.0, 1.04, 1.08))
    half = min(alike(PERIOD[1] * share) for share in (0.4, 0.45, 0.5, 0.55, 0.6))
    return (whole - half) / max(float((bands * bands).sum(1).mean()), 1e-9)


def pace(waveform: np.ndarray) -> int:
    """0 for slow, 1 for fast."""
    return int(rhythm(waveform) > 0.22)


def _smooth(x: np.ndarray, width: int, axis: int) -> np.ndarray:
    return np.apply_along_axis(lambda row: np.convolve(row, np.ones(width) / width, "same"), axis, x)


def agreement(waveforms: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """The share of sounds [N, 32768] whose pitch, pace, and both are found as in labels [N, 3], given the thing."""
    found = np.array([[pitch(x, thing), pace(x)] for x, thing in zip(waveforms, labels[:, 0])])
    right = found == labels[:, 1:]
    return {"pitch": round(float(right[:, 0].mean()), 3), "pace": round(float(right[:, 1].mean()), 3),
            "both": round(float(right.all(1).mean()), 3)}


def worst(waveforms: np.ndarray, labels: np.ndarray) -> dict[str, int]:
    """Errors per thing."""
    wrong = [THINGS[t] for x, (t, p, s) in zip(waveforms, labels) if (pitch(x, t), pace(x)) != (p, s)]
    return {thing: wrong.count(thing) for thing in sorted(set(wrong))}
