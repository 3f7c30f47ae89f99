"""What the projectors lose against the generator's own text condition, and what must fail: shuffled or empty conditions."""
from __future__ import annotations

from typing import Iterator

import numpy as np

from ..world.film import sample_film
from ..world.media_talk import words_for
from ..world.scene import sample_scene
from ..world.sound import sample_sound
from .base import Suite, Suites, row, user
from .media import Array
from .reference import Pipeline, Reference
from .senses import ALL_OF, several_right

SAMPLES = {"image": sample_scene, "audio": sample_sound, "video": sample_film}
BATCH = 8


class AblationSuites(Suites):
    """Needs the Python reference: the mesh gives no way to put a condition of one's own before a generator."""

    def all(self) -> dict[str, Suite]:
        return {f"ablations {m}": lambda m=m: self.conditions(m) for m in SAMPLES}

    def conditions(self, modality: str) -> Iterator[str]:
        assert isinstance(self.answerer, Reference)
        pipeline, rng = self.answerer.pipelines[modality], self.rng(f"ablations {modality}")
        subjects = [SAMPLES[modality](rng, True) for _ in range(self.n)]
        captions = [words_for(s) for s in subjects]
        own = pipeline.condition(captions)
        written = [dict(self.answerer.write([user(c)])[1]).get(modality) for c in captions]
        states = np.concatenate([np.zeros((1, 4, 192), np.float32) if w is None else w for w in written])
        projected = self.answerer.project[modality](signals=states)[0]
        few = slice(0, max(1, self.n // 4))
        for title, conditions, guidance, part in (
                ("its own text condition τ", own, None, slice(None)), ("the projectors' condition", projected, None, slice(None)),
                ("τ of another caption (must fail)", np.roll(own, 1, 0), None, few), ("no condition at all (must fail)", np.zeros_like(own), None, few),
                ("τ without guidance", own, 1.0, few)):
            values = self.make(pipeline, conditions[part], guidance)
            right = self.judges.right(modality, values, subjects[part])
            named = right.all(1) if modality == "image" else several_right(ALL_OF[modality], modality, right)
            yield row(f"generator-{modality} given {title}: all right, held out", named)

    def make(self, pipeline: Pipeline, conditions: Array, guidance: float | None) -> list[Array]:
        noise = np.random.default_rng(self.seed).standard_normal((len(conditions), *pipeline.latents), np.float32)
        return [v for i in range(0, len(noise), BATCH) for v in pipeline.make(conditions[i:i + BATCH], noise[i:i + BATCH], guidance)]
