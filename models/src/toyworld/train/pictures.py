"""Cached renders: pictures of scenes that every part trains on or is measured on."""
from __future__ import annotations

import json
import multiprocessing
import random
from dataclasses import dataclass

import numpy as np
import torch

from ..world.render import SIDE, render
from ..world.scene import Scene, sample_scene, single
from .common import WORK, log

TRAIN, JUDGE = 24_000, 12_000


@dataclass
class Pictures:
    scenes: list[Scene]
    pixels: np.ndarray  # uint8 [N, 128, 128, 3]
    labels: torch.Tensor  # [N, 5]

    def batch(self, index: torch.Tensor) -> torch.Tensor:
        """Pictures as float [B, 3, 128, 128] in [0, 1]."""
        return torch.from_numpy(self.pixels[index.numpy()]).permute(0, 3, 1, 2).float() / 255


def _one(job: tuple[int, int, Scene]) -> np.ndarray:
    seed, i, scene = job
    return render(scene, np.random.default_rng((seed, i)))


def load(name: str, count: int, seed: int, held_out: bool | None) -> Pictures:
    """Renders `count` random scenes once and keeps them."""
    path, names = WORK / f"pictures-{name}.npy", WORK / f"pictures-{name}.json"
    if not (path.exists() and names.exists()):
        rng = random.Random(seed)
        scenes = [sample_scene(rng, held_out) for _ in range(count)]
        pixels = np.lib.format.open_memmap(path, "w+", np.uint8, (count, SIDE, SIDE, 3))
        with multiprocessing.get_context("fork").Pool(2) as pool:
            for i, picture in enumerate(pool.imap(_one, ((seed, i, s) for i, s in enumerate(scenes)), 200)):
                pixels[i] = picture
        pixels.flush()
        names.write_text(json.dumps([s.labels() for s in scenes]))
        log("rendered", count, name)
    labels = json.loads(names.read_text())
    scenes = [single(*row) for row in labels]
    return Pictures(scenes, np.load(path), torch.tensor(labels))


def train_pictures() -> Pictures:
    return load("train", TRAIN, 1, held_out=False)


def judge_pictures() -> Pictures:
    return load("judge", JUDGE, 2, held_out=None)


def held_pictures(count: int = 384) -> Pictures:
    return load(f"held-{count}", count, 3, held_out=True)


def seen_pictures(count: int = 384) -> Pictures:
    return load(f"seen-{count}", count, 4, held_out=False)
