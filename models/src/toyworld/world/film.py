"""Films: one thing with a colour and a motion on a background, 16 frames of 64×64 at 8 frames a second."""
from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np

from .captions import BACKGROUND_WORDS, article
from .render import COLOUR_RGB, backdrop, draw
from .scene import BACKGROUNDS, COLOURS, HELD_OUT, THINGS

MOTIONS = ("moving left", "moving right", "moving up", "moving down", "growing", "shrinking", "turning", "standing still")
FILM_ATTRIBUTES = {"thing": THINGS, "colour": COLOURS, "motion": MOTIONS, "background": BACKGROUNDS}
FRAMES, SIDE, FPS = 16, 64, 8
RADIUS, LEAST, MOST = 14.0, 8.0, 19.0  # pixels: of a thing that keeps its size, and of one that grows or shrinks
REACH, JITTER = 13.0, 2.0  # how far from the middle a moving thing begins and ends


@dataclass(frozen=True)
class Film:
    """Every field is an index into its tuple above."""
    thing: int
    colour: int
    motion: int
    background: int

    @property
    def held_out(self) -> bool:
        return (self.thing, self.colour) in HELD_OUT

    def labels(self) -> tuple[int, ...]:
        """The indices in the order of FILM_ATTRIBUTES."""
        return self.thing, self.colour, self.motion, self.background


def sample_film(rng: random.Random, held_out: bool | None = False) -> Film:
    """A random film; held_out picks the kind of colour and thing pair, None takes both."""
    while True:
        film = Film(*(rng.randrange(len(values)) for values in FILM_ATTRIBUTES.values()))
        if held_out is None or film.held_out == held_out:
            return film


def film_caption(film: Film) -> str:
    """The canonical caption: the one form that the backbone writes and the generator reads."""
    return (f"{article(COLOURS[film.colour])} {THINGS[film.thing]} {MOTIONS[film.motion]} "
            f"{BACKGROUND_WORDS[film.background]}")


def _path(motion: int, t: float) -> tuple[float, float, float, float]:
    """Place (from the middle), radius and angle at a time from -1 to 1."""
    x = {"moving left": -t, "moving right": t}.get(MOTIONS[motion], 0.0) * REACH
    y = {"moving up": -t, "moving down": t}.get(MOTIONS[motion], 0.0) * REACH
    grown = {"growing": t, "shrinking": -t}.get(MOTIONS[motion])
    radius = RADIUS if grown is None else (LEAST + MOST) / 2 + grown * (MOST - LEAST) / 2
    return x, y, radius, np.pi * (t + 1) if MOTIONS[motion] == "turning" else 0.0


def render_film(film: Film, rng: np.random.Generator) -> np.ndarray:
    """Frames as uint8 [16, 64, 64, 3]."""
    dx, dy = rng.uniform(-JITTER, JITTER, 2)
    size, turn = 1 + rng.uniform(-0.05, 0.05), rng.choice((-1, 1))
    ground = backdrop(film.background, SIDE, rng)
    frames = []
    for i in range(FRAMES):
        x, y, radius, angle = _path(film.motion, 2 * i / (FRAMES - 1) - 1)
        frame = ground.copy()
        draw(frame, film.thing, COLOUR_RGB[film.colour], SIDE / 2 + x + dx, SIDE / 2 + y + dy, radius * size, turn * angle)
        frames.append((np.clip(frame, 0, 1) * 255 + 0.5).astype(np.uint8))
    return np.stack(frames)
