"""The judges at work, and the intervals of what they find."""
from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image

from ..world.film import FILM_ATTRIBUTES, FRAMES, SIDE as FILM_SIDE
from ..world.logmel import log_mel
from ..world.render import SIDE
from ..world.scene import ATTRIBUTES
from ..world.sound import SOUND_ATTRIBUTES
from ..world.turns import Subject

TABLES = {"image": ATTRIBUTES, "audio": SOUND_ATTRIBUTES, "video": FILM_ATTRIBUTES}
Array = np.ndarray


def sized(picture: Array, side: int) -> Array:
    if picture.shape[:2] == (side, side):
        return picture
    return np.asarray(Image.fromarray(picture).resize((side, side), Image.Resampling.BICUBIC))


def judged(modality: str, values: list[Array]) -> Array:
    """What the judge of a modality reads: pictures [B, 3, 128, 128] in [0, 1], log-mels [B, 80, 200], films [B, 16, 3, 64, 64] in [0, 1]."""
    match modality:
        case "image":
            return np.stack([sized(v, SIDE) for v in values]).astype(np.float32).transpose(0, 3, 1, 2) / 255
        case "audio":
            longest = max(len(v) for v in values)
            return log_mel(np.stack([np.pad(v, (0, longest - len(v))) for v in values]))
        case _:
            films = [np.stack([sized(f, FILM_SIDE) for f in v]) for v in values]
            even = np.stack([f[np.linspace(0, len(f) - 1, FRAMES).round().astype(int)] for f in films])
            return even.astype(np.float32).transpose(0, 1, 4, 2, 3) / 255


class Judges:
    """The three judges, each opened when it is first needed."""

    def __init__(self, folder: Path):
        self.folder, self.sessions = folder, {}

    def read(self, modality: str, values: list[Array]) -> Array:
        """The attributes [N, attributes] of media, in the order of their table."""
        if modality not in self.sessions:
            path = self.folder / modality / "model.onnx"
            self.sessions[modality] = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        session, rows = self.sessions[modality], []
        for start in range(0, len(values), 64):
            x = judged(modality, values[start:start + 64])
            rows.append(np.stack([logits.argmax(1) for logits in session.run(None, {session.get_inputs()[0].name: x})], 1))
        return np.concatenate(rows)

    def right(self, modality: str, values: list[Array | None], subjects: list[Subject]) -> Array:
        """Which attributes [N, attributes] are as asked; a missing medium has none right."""
        right = np.zeros((len(subjects), len(TABLES[modality])), bool)
        there = [i for i, v in enumerate(values) if v is not None]
        if there:
            found = self.read(modality, [v for v in values if v is not None])
            right[there] = found == np.array([subjects[i].labels() for i in there])
        return right


def wilson(hits: int, count: int) -> tuple[float, float]:
    """The 95 % interval of a share."""
    if not count:
        return 0.0, 1.0
    z, p = 1.96, hits / count
    middle = (p + z * z / (2 * count)) / (1 + z * z / count)
    half = z * math.sqrt(p * (1 - p) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return max(0.0, middle - half), min(1.0, middle + half)
