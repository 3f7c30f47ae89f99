"""Draws scenes: 128×128, anti-aliased, with a little jitter in place, size and brightness."""
from __future__ import annotations

import random

import numpy as np

from .scene import COLOURS, Scene
from .shapes import PAINTERS

SIDE = 128
RADIUS = (18.0, 27.0)
OUTLINE = 1.7  # pixels
JITTER_PLACE, JITTER_SIZE = 3.0, 0.05

COLOUR_RGB = np.array([[222, 36, 40], [247, 138, 20], [246, 222, 45], [38, 166, 62], [40, 208, 216], [45, 78, 225],
                       [136, 44, 178], [250, 120, 190]], np.float32) / 255
BACKGROUND_RGB = np.array([[175, 205, 235], [25, 30, 68], [226, 206, 168], [132, 132, 136]], np.float32) / 255
DARK, LIGHT = 0.08, 0.96
BETWEEN, NAMED = (0.25, 0.75), 0.2  # where colours without a name lie, and how near to a named one none does (RGB in [0, 1])
assert len(COLOUR_RGB) == len(COLOURS)


def centre(place: int) -> tuple[float, float]:
    """Where the middle of a thing lies, in pixels, before jitter."""
    return 32.0 + 32 * (place % 3), 32.0 + 32 * (place // 3)


def _cover(distance: np.ndarray) -> np.ndarray:
    return np.clip(0.5 - distance, 0, 1)[..., None]


def backdrop(background: int, side: int, rng: np.random.Generator) -> np.ndarray:
    """An empty picture as float32 [side, side, 3]: plain, a little lighter at the top."""
    shade = np.linspace(0.04, -0.04, side, dtype=np.float32)[:, None, None] + rng.uniform(-0.02, 0.02)
    return np.clip(np.broadcast_to(BACKGROUND_RGB[background] + shade, (side, side, 3)), 0, 1).astype(np.float32)


def draw(picture: np.ndarray, thing: int, colour: np.ndarray, x: float, y: float, r: float, angle: float = 0.0) -> None:
    """Draws a thing of a colour (RGB in [0, 1]) and radius r around (x, y), turned by an angle in radians, into a float picture."""
    reach, (height, width, _) = int(r * 1.2 + 4), picture.shape
    if angle:
        reach = int(r * 1.7 + 4)
    x0, x1 = max(0, int(x) - reach), min(width, int(x) + reach + 1)
    y0, y1 = max(0, int(y) - reach), min(height, int(y) + reach + 1)
    v, u = np.meshgrid((np.arange(y0, y1, dtype=np.float32) + 0.5 - y) / r,
                       (np.arange(x0, x1, dtype=np.float32) + 0.5 - x) / r, indexing="ij")
    if angle:
        c, s = np.float32(np.cos(angle)), np.float32(np.sin(angle))
        u, v = c * u + s * v, c * v - s * u
    paint = {"body": colour, "shade": colour * 0.62, "light": np.full(3, LIGHT, np.float32),
             "dark": np.full(3, DARK, np.float32)}
    layers = PAINTERS[thing](u, v)
    patch = picture[y0:y1, x0:x1]
    outline = _cover(np.minimum.reduce([d for _, d in layers]) * r - OUTLINE)
    patch += outline * (DARK - patch)
    for kind, distance in layers:
        if kind in ("light", "shade"):  # a thin line of its own, so that inner parts stand out
            patch += _cover(distance * r - 0.8) * (DARK - patch)
        patch += _cover(distance * r) * (paint[kind] - patch)


def render(scene: Scene, rng: np.random.Generator, colours: np.ndarray = COLOUR_RGB) -> np.ndarray:
    """A picture as uint8 [128, 128, 3]."""
    picture = backdrop(scene.background, SIDE, rng)
    for item in scene.items:
        x, y = centre(item.place)
        dx, dy = rng.uniform(-JITTER_PLACE, JITTER_PLACE, 2)
        radius = RADIUS[item.size] * (1 + rng.uniform(-JITTER_SIZE, JITTER_SIZE))
        draw(picture, item.thing, colours[item.colour], x + dx, y + dy, radius)
    return (np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8)


def between_colours(rng: random.Random) -> tuple[int, int, float]:
    """Two colours and how far from the first to the second a third lies that has no name: nothing near it has one either."""
    while True:
        first, second, share = rng.randrange(len(COLOURS)), rng.randrange(len(COLOURS)), rng.uniform(*BETWEEN)
        mixture = (1 - share) * COLOUR_RGB[first] + share * COLOUR_RGB[second]
        if np.linalg.norm(COLOUR_RGB - mixture, axis=1).min() > NAMED:
            return first, second, share


def render_between(scene: Scene, other: int, share: float, rng: np.random.Generator) -> np.ndarray:
    """As `render`, in a colour that lies so far from the scene's to the other one."""
    mixture = (1 - share) * COLOUR_RGB[scene.item.colour] + share * COLOUR_RGB[other]
    return render(scene, rng, np.broadcast_to(mixture, COLOUR_RGB.shape))


def half(place: int, side: int) -> np.ndarray:
    """The half of a picture [side, side] that one of two things at this place is in."""
    x, y = centre(place)
    v, u = np.mgrid[:side, :side]
    return (u < side / 2) == (x < SIDE / 2) if x != SIDE / 2 else (v < side / 2) == (y < SIDE / 2)


def alone(picture: np.ndarray, place: int) -> np.ndarray:
    """A picture [128, 128, 3] of two things with the one at this place only: the other half is painted over, each row in what
    it has at the edges of the picture, where only background is."""
    backdrop = np.broadcast_to(np.median(np.concatenate([picture[:, :4], picture[:, -4:]], 1), 1, keepdims=True), picture.shape)
    return np.where(half(place, SIDE)[..., None], picture, backdrop).astype(picture.dtype)


def render_all(scenes: list[Scene], seed: int) -> np.ndarray:
    """Pictures as uint8 [N, 128, 128, 3]; picture i depends on (seed, i) only."""
    return np.stack([render(scene, np.random.default_rng((seed, i))) for i, scene in enumerate(scenes)])


def contact_sheet(pictures: np.ndarray, columns: int) -> np.ndarray:
    """Pictures [N, H, W, 3] side by side in rows."""
    rows = -(-len(pictures) // columns)
    n, h, w, c = pictures.shape
    padded = np.zeros((rows * columns, h, w, c), pictures.dtype)
    padded[:n] = pictures
    return padded.reshape(rows, columns, h, w, c).swapaxes(1, 2).reshape(rows * h, columns * w, c)
