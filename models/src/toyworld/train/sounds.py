"""Cached renders of sounds, and of what the family's ear makes of them."""
from __future__ import annotations

import json
import multiprocessing
import random
from dataclasses import dataclass
from typing import Callable

import numpy as np
import torch

from ..world.logmel import BINS, FRAMES, log_mel
from ..world.sound import Sound, sample_between, sample_between_paces, sample_sound
from ..world.synth import SAMPLES, synthesize
from .common import WORK, log, renders

TRAIN, BETWEEN, JUDGE = 12_000, 4_000, 6_000


@dataclass
class Sounds:
    name: str
    sounds: list[Sound]
    samples: np.ndarray  # int16 [N, 32768]
    labels: torch.Tensor  # [N, 3]

    def batch(self, index: torch.Tensor) -> torch.Tensor:
        """Waveforms as float [B, 32768] in [-1, 1]."""
        return torch.from_numpy(self.samples[index.numpy()]).float() / 32768

    def log_mels(self) -> np.ndarray:
        """Whisper's log-mel of every sound as float16 [N, 80, 200], computed once and kept."""
        path = WORK / f"sounds-{self.name}-logmel.npy"
        if not path.exists():
            parts = np.array_split(np.arange(len(self.samples)), max(1, len(self.samples) // 100))
            out = np.empty((len(self.samples), BINS, FRAMES), np.float16)
            for index in parts:
                out[index] = log_mel(self.samples[index] / np.float32(32768))
            np.save(path, out)
            log("log-mels of", self.name)
        return np.load(path, mmap_mode="r")


def _one(job: tuple[int, int, Sound]) -> np.ndarray:
    seed, i, sound = job
    return np.round(synthesize(sound, np.random.default_rng((seed, i))) * 32767).astype(np.int16)


def load(name: str, count: int, seed: int, sample: Callable[[random.Random], Sound]) -> Sounds:
    """Renders `count` random sounds once and keeps them."""
    path, names = WORK / f"sounds-{name}.npy", WORK / f"sounds-{name}.json"
    if not (path.exists() and names.exists()):
        rng = random.Random(seed)
        sounds = [sample(rng) for _ in range(renders(count))]
        samples = np.lib.format.open_memmap(path, "w+", np.int16, (len(sounds), SAMPLES))
        with multiprocessing.get_context("fork").Pool(2) as pool:
            for i, row in enumerate(pool.imap(_one, ((seed, i, s) for i, s in enumerate(sounds)), 100)):
                samples[i] = row
        samples.flush()
        names.write_text(json.dumps([(s.thing, s.pitch, s.pace) for s in sounds]))
        log("rendered", len(sounds), "sounds for", name)
    sounds = [Sound(*row) for row in json.loads(names.read_text())]
    return Sounds(name, sounds, np.load(path), torch.tensor([s.labels() for s in sounds]))


def train_sounds() -> Sounds:
    return load("train", TRAIN, 21, sample_sound)


def between_sounds() -> Sounds:
    """Sounds between two pitches: what a thing sounds like there is known, and it has no name."""
    return load("between", BETWEEN, 25, sample_between)


def between_paces() -> Sounds:
    """Sounds between the two paces, for the denoiser."""
    return load("paces", BETWEEN, 26, sample_between_paces)


def together(name: str, one: Sounds, other: Sounds) -> Sounds:
    return Sounds(name, one.sounds + other.sounds, np.concatenate([one.samples, other.samples]), torch.cat([one.labels, other.labels]))


def wide_sounds() -> Sounds:
    """The training sounds, and after them those between two pitches."""
    return together("wide", train_sounds(), between_sounds())


def widest_sounds() -> Sounds:
    """These, and after them those between the paces."""
    return together("widest", wide_sounds(), between_paces())


def judge_sounds() -> Sounds:
    return load("judge", JUDGE, 22, lambda rng: sample_sound(rng, None))


def held_sounds(count: int = 384) -> Sounds:
    return load(f"held-{count}", count, 23, lambda rng: sample_sound(rng, True))


def seen_sounds(count: int = 384) -> Sounds:
    return load(f"seen-{count}", count, 24, sample_sound)


def main() -> None:
    for sounds in (train_sounds(), between_sounds(), between_paces(), judge_sounds(), held_sounds(), seen_sounds()):
        sounds.log_mels()
