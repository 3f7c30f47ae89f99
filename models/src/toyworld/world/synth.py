"""How each thing sounds: numpy synthesis of two seconds at 16 kHz.

Every sound is a run of events (strikes, chirps, barks, …). The pitch says in which register an event lies, the pace how
soon the next one follows. Nothing is left to chance but small jitter, so that a seed gives the same samples again.
"""
from __future__ import annotations

from dataclasses import dataclass
from typing import Callable

import numpy as np

from .scene import THINGS
from .sound import PITCHES, Sound

RATE, SAMPLES = 16_000, 32_768
PERIOD = (0.70, 0.23)  # seconds from one event to the next
JITTER_PITCH, JITTER_PERIOD, JITTER_EVENT = 0.03, 0.04, 0.015


@dataclass(frozen=True)
class Event:
    """What a thing is told about one of its events."""
    register: float  # 0.5, 1 or 2, with jitter
    period: float  # seconds until the next event
    number: int  # 0 for the first event of the clip
    rng: np.random.Generator

    def time(self, seconds: float) -> np.ndarray:
        return np.arange(int(seconds * RATE)) / RATE

    def noise(self, count: int) -> np.ndarray:
        return self.rng.standard_normal(count)


def _tone(frequency: np.ndarray | float, t: np.ndarray, phase: float = 0.0) -> np.ndarray:
    """A sine of a frequency that may change over time."""
    return np.sin(2 * np.pi * np.cumsum(np.broadcast_to(frequency, t.shape)) / RATE + phase)


def _swell(t: np.ndarray, rise: float, fall: float) -> np.ndarray:
    """An envelope that rises and falls smoothly within the span of t, both in seconds."""
    left = t[-1] - t
    return np.sin(np.pi / 2 * np.clip(t / rise, 0, 1)) ** 2 * np.sin(np.pi / 2 * np.clip(left / fall, 0, 1)) ** 2


def _band(noise: np.ndarray, low: float, high: float) -> np.ndarray:
    """Noise with soft edges at two frequencies, at unit power."""
    spectrum, f = np.fft.rfft(noise), np.fft.rfftfreq(len(noise), 1 / RATE)
    spectrum *= 1 / (1 + (low / np.maximum(f, 1)) ** 8) / (1 + (f / high) ** 8)
    out = np.fft.irfft(spectrum, len(noise))
    return out / (np.sqrt(np.mean(out * out)) + 1e-9)


def _voice(f0: np.ndarray, formants: list[tuple[np.ndarray | float, float]], t: np.ndarray, tilt: float) -> np.ndarray:
    """Harmonics of f0 under moving formants, each a centre and a relative width."""
    angle = 2 * np.pi * np.cumsum(f0) / RATE
    out = np.zeros_like(t)
    for k in range(1, int(min(40, 7200 / f0.min())) + 1):
        f = k * f0
        shape = sum(np.exp(-0.5 * (np.log(f / centre) / width) ** 2) for centre, width in formants)
        out += np.where(f < 7200, (shape + 0.02) * k ** -tilt, 0) * np.sin(k * angle)
    return out


def _bell(e: Event) -> np.ndarray:
    """Inharmonic partials of a struck bell: hum, prime, tierce, quint, nominal and above."""
    t = e.time(min(1.6, 2.2 * e.period))
    f, ring = 660 * e.register, min(0.40, 0.9 * e.period)
    partials = ((0.5, 0.5, 1.0), (1.0, 0.8, 0.9), (1.19, 0.7, 0.8), (1.5, 0.4, 0.6), (2.0, 1.0, 0.7), (2.74, 0.5, 0.4), (4.07, 0.3, 0.25))
    strike = sum(a * np.exp(-t / (ring * d)) * _tone(f * p, t, e.rng.uniform(0, 6.3)) for p, a, d in partials)
    return strike * np.clip(t / 0.003, 0, 1) * _swell(t, 1e-4, 0.05)


def _drum(e: Event) -> np.ndarray:
    """A membrane's modes, dropping a little in pitch, under the slap of the stick."""
    t = e.time(0.35)
    f = 130 * e.register * (1 + 0.35 * np.exp(-t / 0.02))
    modes = ((1.0, 1.0, 0.11), (1.59, 0.6, 0.07), (2.14, 0.35, 0.05), (2.65, 0.25, 0.035), (3.6, 0.15, 0.025))
    skin = sum(a * np.exp(-t / d) * _tone(f * m, t) for m, a, d in modes)
    slap = 0.5 * _band(e.noise(len(t)), 400 * e.register, 2400) * np.exp(-t / 0.007)
    return (skin + slap) * np.clip(t / 0.002, 0, 1) * _swell(t, 1e-4, 0.05)


def _bird(e: Event) -> np.ndarray:
    """Two quick upward glides."""
    t = e.time(0.075)
    glide = lambda low, high: _tone(2000 * e.register * low * (high / low) ** (t / t[-1]), t) * _swell(t, 0.015, 0.03)
    return np.concatenate([glide(0.75, 1.35), np.zeros(int(0.015 * RATE)), glide(0.95, 1.65)])


def _siren(e: Event) -> np.ndarray:
    """One sweep up and down, joined to the next without a gap."""
    t = e.time(e.period)
    f = 720 * e.register * 2.0 ** (0.55 * -np.cos(2 * np.pi * t / e.period))
    return sum(a * _tone(f * k, t) for k, a in ((1, 1.0), (2, 0.35), (3, 0.25))) * _swell(t, 0.012, 0.012)


def _storm(e: Event) -> np.ndarray:
    """A swell of rumbling noise."""
    t = e.time(1.25 * e.period)
    f = 210 * e.register
    return _band(e.noise(len(t)), 0.68 * f, 1.45 * f) * _swell(t, 0.35 * e.period, 0.85 * e.period)


def _car(e: Event) -> np.ndarray:
    """An engine that is revved: a train of pulses through an exhaust pipe, with some hiss."""
    t = e.time(e.period)
    rev = np.sin(np.pi * t / e.period) ** 2
    f0 = 88 * e.register * (0.92 + 0.2 * rev)
    pulses = _voice(f0, [(2.2 * 88 * e.register, 0.5), (6.5 * 88 * e.register, 0.3)], t, 0.3)
    hiss = 0.10 * _band(e.noise(len(t)), 300 * e.register, 1500 * e.register) * (0.5 + 0.5 * np.sin(2 * np.pi * np.cumsum(f0) / RATE / 2))
    return (pulses + hiss) * (0.22 + 0.78 * rev)


def _clock(e: Event) -> np.ndarray:
    """Tick and tock in turn: a short click that rings at the casing's pitch."""
    t = e.time(0.09)
    f = 1900 * e.register * (1.0 if e.number % 2 == 0 else 0.86)
    click = _band(e.noise(len(t)), 0.7 * f, 1.4 * f) * np.exp(-t / 0.006)
    return (click + 0.9 * np.exp(-t / 0.016) * (_tone(f, t) + 0.5 * _tone(1.47 * f, t))) * np.clip(t / 0.0007, 0, 1)


def _phone(e: Event) -> np.ndarray:
    """A trill: two tones in quick turns, as long as a ring lasts."""
    t = e.time(0.66 * e.period)
    second = (t / 0.038).astype(int) % 2
    f = 1000 * e.register * np.where(second, 1.26, 1.0)
    return (_tone(f, t) + 0.3 * _tone(2 * f, t) + 0.3 * _tone(3 * f, t)) * _swell(t, 0.008, 0.015)


def _whistle(e: Event) -> np.ndarray:
    """A pure tone with breath and a slight vibrato."""
    t = e.time(0.74 * e.period)
    f = 1700 * e.register
    tone = _tone(f * (1 + 0.012 * np.sin(2 * np.pi * 6 * t)) * (1 - 0.06 * np.exp(-t / 0.02)), t)
    breath = 0.06 * _band(e.noise(len(t)), 0.6 * f, 1.6 * f)
    return (tone + breath) * _swell(t, 0.025, 0.04)


def _cat(e: Event) -> np.ndarray:
    """A meow: a voice whose mouth opens and closes."""
    t = e.time(0.82 * e.period)
    u = t / t[-1]
    f0 = 430 * e.register * (0.85 + 0.35 * np.sin(np.pi * u ** 0.8) - 0.12 * u)
    open_ = np.sin(np.pi * u ** 0.75) ** 1.5
    mouth = np.sqrt(e.register)
    return _voice(f0, [(mouth * (750 + 900 * open_), 0.28), (mouth * (2100 + 900 * open_), 0.16)], t, 0.35) \
        * _swell(t, 0.25 * t[-1], 0.35 * t[-1])


def _dog(e: Event) -> np.ndarray:
    """A bark: a rough voice that falls at once, and noise from the throat."""
    t = e.time(0.16)
    f0 = 270 * e.register * (1.25 * np.exp(-t / 0.06) + 0.55) * (1 + 0.04 * np.sin(2 * np.pi * 70 * t))
    mouth = e.register ** 0.8
    voice = _voice(f0, [(900 * mouth, 0.4), (2000 * mouth, 0.25)], t, 0.5)
    rough = 0.15 * _band(e.noise(len(t)), 600 * mouth, 2600 * mouth) * np.abs(voice).max()
    return (voice + rough) * np.clip(t / 0.008, 0, 1) * np.exp(-t / 0.055)


def _star(e: Event) -> np.ndarray:
    """A twinkle: a quick arpeggio of sines that ring on."""
    step, t = 0.042, e.time(0.42)
    out = np.zeros(len(t) + 3 * int(step * RATE))
    for i, ratio in enumerate((1.0, 1.25, 1.5, 2.0)):
        start = i * int(step * RATE)
        out[start:start + len(t)] += np.exp(-t / 0.07) * np.clip(t / 0.003, 0, 1) * _tone(1300 * e.register * ratio, t) * _swell(t, 1e-4, 0.05)
    return out


VOICES: dict[str, Callable[[Event], np.ndarray]] = {
    "bell": _bell, "drum": _drum, "bird": _bird, "siren": _siren, "storm cloud": _storm, "car": _car, "clock": _clock,
    "phone": _phone, "whistle": _whistle, "cat": _cat, "dog": _dog, "star": _star}
_VOICES = tuple(VOICES[thing] for thing in THINGS)


def synthesize(sound: Sound, rng: np.random.Generator) -> np.ndarray:
    """The sound as float32 [32768] in [-1, 1]: 2.048 seconds, mono, 16 kHz."""
    out = np.zeros(SAMPLES)
    jitter = lambda share: 1 + rng.uniform(-share, share)
    register = 2.0 ** (sound.pitch - PITCHES.index("middle")) * jitter(JITTER_PITCH)
    period = PERIOD[0] ** (1 - sound.pace) * PERIOD[1] ** sound.pace * jitter(JITTER_PERIOD)
    start, number = rng.uniform(0.01, 0.09), 0
    while start * RATE < SAMPLES - 400:
        event = Event(register, period, number, rng)
        samples = _VOICES[sound.thing](event) * jitter(0.1)
        at = int(start * RATE)
        span = min(len(samples), SAMPLES - at)
        out[at:at + span] += samples[:span]
        start, number = start + period * jitter(JITTER_EVENT if sound.thing not in _JOINED else 0), number + 1
    out *= rng.uniform(0.5, 0.9) / np.abs(out).max()
    out[-160:] *= np.linspace(1, 0, 160)
    return out.astype(np.float32)


# Things whose events follow without a gap: jitter between them would click.
_JOINED = frozenset(THINGS.index(name) for name in ("siren", "car"))
