"""What every suite needs: asking, counting, and the rows of the table."""
from __future__ import annotations

import random
from typing import Callable, Iterator, Protocol

import numpy as np

from ..world.film import Film, render_film
from ..world.render import render
from ..world.scene import Scene
from ..world.sound import Sound
from ..world.synth import synthesize
from ..world.turns import Subject, modality
from .chat import Message
from .judge import TABLES, Judges, wilson
from .media import Answer, Array, part

CHANCE = {m: {name: 1 / len(values) for name, values in table.items()} for m, table in TABLES.items()}
Suite = Callable[[], Iterator[str]]
SHEET = 48  # media of each kind that go onto its contact sheet


class Answerer(Protocol):
    def answer_all(self, dialogues: list[list[Message]], first_seed: int = 0) -> list[Answer]: ...


def user(*content: Subject | Array | str | dict) -> Message:
    """A user's message; a single text stays a plain string."""
    if len(content) == 1 and isinstance(content[0], str):
        return {"role": "user", "content": content[0]}
    return {"role": "user", "content": [part("text", c) if isinstance(c, str) else c for c in content]}


def said(answer: Answer) -> Message:
    """An answer as it stands in the history: its text, then what it made."""
    return {"role": "assistant", "content": [part("text", answer.text), *(part(m, v) for m, v in answer.media)]}


def row(what: str, hits: np.ndarray | list[bool], chance: float | str = "") -> str:
    hits, count = int(np.sum(hits)), len(hits)
    low, high = wilson(hits, count)
    chance = f"{chance:.3f}" if isinstance(chance, float) else chance
    return f"| {what} | {count} | {hits / max(count, 1):.3f} | {low:.3f}–{high:.3f} | {chance} |"


class Suites:
    """A group of suites: each yields rows of the table."""

    def __init__(self, answerer: Answerer, judges: Judges, n: int, seed: int):
        self.answerer, self.judges, self.n, self.seed = answerer, judges, n, seed
        self.kept: dict[str, list[Array]] = {"image": [], "audio": [], "video": []}

    def all(self) -> dict[str, Suite]:
        raise NotImplementedError

    def rng(self, salt: str) -> random.Random:
        return random.Random(f"{self.seed}/{salt}")

    def held_and_seen(self) -> tuple[tuple[bool, int], ...]:
        """Whether combinations are held out, and how many of them are asked for."""
        return (True, self.n), (False, self.n // 3)

    def render(self, subject: Subject, salt: int, i: int) -> Array:
        """A fresh render of a subject, as no training set has it."""
        g = np.random.default_rng((self.seed, salt, i))
        match subject:
            case Scene():
                return render(subject, g)
            case Sound():
                return synthesize(subject, g)
            case Film():
                return render_film(subject, g)

    def given(self, subjects: list[Subject], salt: int) -> list[dict]:
        return [part(modality(s), self.render(s, salt, i)) for i, s in enumerate(subjects)]

    def only(self, answers: list[Answer], kind: str) -> list[Array | None]:
        """The medium of each answer, or None where it made anything else or more than that."""
        found = [a.media[0][1] if [m for m, _ in a.media] == [kind] else None for a in answers]
        self.kept[kind] += [v for v in found if v is not None][:SHEET - len(self.kept[kind])]  # of the first suites: held out
        return found

    def right(self, answers: list[Answer], subjects: list[Subject]) -> np.ndarray:
        """Which attributes are as asked, where one medium each was asked for; all of one modality."""
        kind = modality(subjects[0])
        return self.judges.right(kind, self.only(answers, kind), subjects)
