"""The judge at work, and the intervals of what it finds."""
from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image

from ..world.scene import ATTRIBUTES, Scene


class Judge:
    def __init__(self, folder: Path):
        self.session = onnxruntime.InferenceSession(str(folder / "model.onnx"), providers=["CPUExecutionProvider"])

    def read(self, pictures: np.ndarray) -> np.ndarray:
        """The attributes [N, 5] of pictures uint8 [N, H, W, 3]."""
        rows = []
        for start in range(0, len(pictures), 64):
            x = pictures[start:start + 64].astype(np.float32).transpose(0, 3, 1, 2) / 255
            rows.append(np.stack([logits.argmax(1) for logits in self.session.run(None, {"pictures": x})], 1))
        return np.concatenate(rows)

    def right(self, pictures: list[np.ndarray | None], scenes: list[Scene]) -> np.ndarray:
        """Which attributes [N, 5] are as asked; a missing picture has none right."""
        right = np.zeros((len(scenes), len(ATTRIBUTES)), bool)
        there = [i for i, p in enumerate(pictures) if p is not None]
        if there:
            same = np.stack([np.asarray(Image.fromarray(pictures[i]).resize((128, 128), Image.Resampling.BICUBIC)) for i in there])
            right[there] = self.read(same) == np.array([scenes[i].labels() for i in there])
        return right


def wilson(hits: int, count: int) -> tuple[float, float]:
    """The 95 % interval of a share."""
    if not count:
        return 0.0, 1.0
    z, p = 1.96, hits / count
    middle = (p + z * z / (2 * count)) / (1 + z * z / count)
    half = z * math.sqrt(p * (1 - p) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return max(0.0, middle - half), min(1.0, middle + half)
