"""Cached renders of films."""
from __future__ import annotations

import json
import multiprocessing
import random
from dataclasses import dataclass
from functools import cached_property
from typing import Sequence

import numpy as np
import torch

from ..world.film import FRAMES, MOTIONS, SIDE, Film, render_film, sample_film
from .common import WORK, log, renders

TRAIN, JUDGE = 6_000, 6_000


@dataclass
class Films:
    films: list[Film]
    pixels: np.ndarray  # uint8 [N, 16, 64, 64, 3]
    labels: torch.Tensor  # [N, 4]

    def batch(self, index: torch.Tensor, frames: Sequence[int] = range(FRAMES)) -> torch.Tensor:
        """Films, or some of their frames, as float [B, frames, 3, 64, 64] in [0, 1]."""
        return torch.from_numpy(self.pixels[index.numpy()][:, list(frames)]).permute(0, 1, 4, 2, 3).float() / 255

    @cached_property
    def turning(self) -> torch.Tensor:
        """The indices of the films in which the thing turns: the hardest, as it is seen from every side."""
        return (self.labels[:, 2] == MOTIONS.index("turning")).nonzero()[:, 0]

    def draw(self, counts: tuple[int, int], g: torch.Generator) -> torch.Tensor:
        """Indices of random films: so many of any motion, and so many of those that turn."""
        among = torch.arange(len(self.films)), self.turning
        return torch.cat([these[torch.randint(len(these), (count,), generator=g)] for these, count in zip(among, counts)])


def _one(job: tuple[int, int, Film]) -> np.ndarray:
    seed, i, film = job
    return render_film(film, np.random.default_rng((seed, i)))


def load(name: str, count: int, seed: int, held_out: bool | None) -> Films:
    """Renders `count` random films once and keeps them."""
    path, names = WORK / f"films-{name}.npy", WORK / f"films-{name}.json"
    if not (path.exists() and names.exists()):
        rng = random.Random(seed)
        films = [sample_film(rng, held_out) for _ in range(renders(count))]
        pixels = np.lib.format.open_memmap(path, "w+", np.uint8, (len(films), FRAMES, SIDE, SIDE, 3))
        with multiprocessing.get_context("fork").Pool(2) as pool:
            for i, film in enumerate(pool.imap(_one, ((seed, i, f) for i, f in enumerate(films)), 100)):
                pixels[i] = film
        pixels.flush()
        names.write_text(json.dumps([f.labels() for f in films]))
        log("rendered", len(films), "films", name)
    labels = json.loads(names.read_text())
    return Films([Film(*row) for row in labels], np.load(path), torch.tensor(labels))


def train_films() -> Films:
    return load("train", TRAIN, 21, held_out=False)


def judge_films() -> Films:
    return load("judge", JUDGE, 22, held_out=None)


def held_films(count: int = 384) -> Films:
    return load(f"held-{count}", count, 23, held_out=True)


def seen_films(count: int = 384) -> Films:
    return load(f"seen-{count}", count, 24, held_out=False)
