"""Cached renders: pictures of scenes that every part trains on or is measured on."""
from __future__ import annotations

import json
import multiprocessing
import random
from dataclasses import dataclass
from typing import Callable

import numpy as np
import torch

from ..world.render import SIDE, between_colours, render, render_between
from ..world.scene import Scene, labelled, sample_scene, sample_two
from .common import WORK, log, renders

TRAIN, TWO, BETWEEN, JUDGE = 24_000, 12_000, 6_000, 12_000


@dataclass
class Pictures:
    scenes: list[Scene]
    pixels: np.ndarray  # uint8 [N, 128, 128, 3]
    labels: torch.Tensor  # [N, 5], of two things [N, 9]

    def batch(self, index: torch.Tensor) -> torch.Tensor:
        """Pictures as float [B, 3, 128, 128] in [0, 1]."""
        return torch.from_numpy(self.pixels[index.numpy()]).permute(0, 3, 1, 2).float() / 255


@dataclass
class Between:
    """Pictures in colours without a name: each lies its share of the way from its scene's colour to that of the other scene."""
    pictures: Pictures
    others: list[Scene]
    shares: torch.Tensor  # [N]


def _one(job: tuple[int, int, Scene]) -> np.ndarray:
    seed, i, scene = job
    return render(scene, np.random.default_rng((seed, i)))


def load(name: str, count: int, seed: int, held_out: bool | None, sample: Callable[[random.Random, bool | None], Scene] = sample_scene) -> Pictures:
    """Renders `count` random scenes once and keeps them."""
    path, names = WORK / f"pictures-{name}.npy", WORK / f"pictures-{name}.json"
    if not (path.exists() and names.exists()):
        rng = random.Random(seed)
        scenes = [sample(rng, held_out) for _ in range(renders(count))]
        pixels = np.lib.format.open_memmap(path, "w+", np.uint8, (len(scenes), SIDE, SIDE, 3))
        with multiprocessing.get_context("fork").Pool(2) as pool:
            for i, picture in enumerate(pool.imap(_one, ((seed, i, s) for i, s in enumerate(scenes)), 200)):
                pixels[i] = picture
        pixels.flush()
        names.write_text(json.dumps([s.labels() for s in scenes]))
        log("rendered", len(scenes), name)
    labels = json.loads(names.read_text())
    scenes = [labelled(row) for row in labels]
    return Pictures(scenes, np.load(path), torch.tensor(labels))


def train_pictures() -> Pictures:
    return load("train", TRAIN, 1, held_out=False)


def pictures_of_two() -> Pictures:
    return load("two", TWO, 5, False, sample_two)


def held_of_two(count: int = 384) -> Pictures:
    return load(f"two-held-{count}", count, 6, True, sample_two)


def pictures_between() -> Between:
    rng, cases = random.Random(7), []
    for _ in range(renders(BETWEEN)):
        colour, other, share = between_colours(rng)
        scene = sample_scene(rng, None)
        cases.append((scene.with_(colour=colour), scene.with_(colour=other), share))
    scenes, others, shares = zip(*cases)
    path = WORK / "pictures-between.npy"
    if not path.exists():
        np.save(path, np.stack([render_between(scene, other.item.colour, share, np.random.default_rng((8, i)))
                                for i, (scene, other, share) in enumerate(cases)]))
    labels = torch.tensor([s.labels() for s in scenes])
    return Between(Pictures(list(scenes), np.load(path), labels), list(others), torch.tensor(shares))


def judge_pictures() -> Pictures:
    return load("judge", JUDGE, 2, held_out=None)


def held_pictures(count: int = 384) -> Pictures:
    return load(f"held-{count}", count, 3, held_out=True)


def seen_pictures(count: int = 384) -> Pictures:
    return load(f"seen-{count}", count, 4, held_out=False)
