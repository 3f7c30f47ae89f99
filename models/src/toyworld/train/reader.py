"""Batches of dialogues whose media all exist among the cached ones."""
from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass

import torch
from torch import Tensor

from ..world.dialogue import KINDS, sample_dialogue
from ..world.film import Film
from ..world.scene import Scene
from ..world.sequence import Encoder, Sequence
from ..world.sound import Sound
from ..world.tokenizer import PAD, SIGNALS
from ..world.turns import Given, Subject, modality
from .films import train_films
from .pictures import train_pictures
from .sounds import train_sounds
from .tokenizer import tokenizer

BATCH, BLOCK = 48, 8


@dataclass
class Inputs:
    """Media of one modality in a batch: the row of each, its first column, and where each of its embeddings comes from."""
    rows: Tensor
    columns: Tensor
    index: Tensor  # [media, 4], mostly the same medium four times


@dataclass
class Outputs:
    """Signal runs of one modality in a batch: the row of each, its first column, and what is made."""
    rows: Tensor
    columns: Tensor
    subjects: list[Subject]


@dataclass
class Batch:
    ids: Tensor
    kept: Tensor
    scored: Tensor
    given: dict[str, Inputs]
    made: dict[str, Outputs]


def traits(subject: Subject) -> list[tuple]:
    """What each of the four embeddings of a medium is to tell when embeddings of different media are mixed."""
    match subject:
        case Scene():
            item = subject.item
            return [("thing", item.thing), ("colour", item.colour), ("place", item.place), ("rest", item.size, subject.background)]
        case Sound():
            return [("thing", subject.thing), ("pitch", subject.pitch), ("pace", subject.pace), ("thing", subject.thing)]
        case Film():
            return [("thing", subject.thing), ("colour", subject.colour), ("motion", subject.motion), ("background", subject.background)]


class Shelf:
    """The cached media of one modality, found by what they show and by each trait of it."""

    def __init__(self, subjects: list[Subject]):
        self.subjects = subjects
        self.of_subject: dict[Subject, list[int]] = defaultdict(list)
        self.of_trait: dict[tuple, list[int]] = defaultdict(list)
        for i, subject in enumerate(subjects):
            self.of_subject[subject].append(i)
            for trait in set(traits(subject)):
                self.of_trait[trait].append(i)

    def sources(self, subject: Subject, mixed: float, rng: random.Random) -> list[int]:
        """Where the four embeddings of a subject come from: one medium, or for the share `mixed` four, one a trait."""
        if rng.random() < mixed:
            return [rng.choice(self.of_trait[trait]) for trait in traits(subject)]
        return [rng.choice(self.of_subject[subject])] * len(traits(subject))


class Reader:
    def __init__(self) -> None:
        self.encode = Encoder(tokenizer())
        self.shelves = {"image": Shelf(train_pictures().scenes), "audio": Shelf(train_sounds().sounds), "video": Shelf(train_films().films)}
        self.mixed, self.typos = 0.0, 0.12
        self._block: tuple[object, list[list[Sequence]]] = (None, [])

    def _sample(self, rng: random.Random, kinds: tuple[str, ...], with_media: bool) -> Sequence:
        while True:
            dialogue = sample_dialogue(rng, kinds, self.typos)
            given = [p.subject for t in dialogue for p in t.parts if isinstance(p, Given)]
            if (with_media or not given) and all(s in self.shelves[modality(s)].of_subject for s in given):
                return self.encode(dialogue)

    def batch(self, step: int, seed: int, kinds: tuple[str, ...] = tuple(KINDS), with_media: bool = True) -> Batch:
        """Dialogues of similar length: a block of batches is drawn together and sorted."""
        key = (seed, step // BLOCK, kinds, with_media)
        if self._block[0] != key:
            rng = random.Random(repr((seed, step // BLOCK)))
            sequences = sorted((self._sample(rng, kinds, with_media) for _ in range(BATCH * BLOCK)), key=lambda s: len(s.ids))
            batches = [sequences[i:i + BATCH] for i in range(0, len(sequences), BATCH)]
            rng.shuffle(batches)
            self._block = key, batches
        return self.collate(self._block[1][step % BLOCK], random.Random(repr((seed, step))))

    def collate(self, sequences: list[Sequence], rng: random.Random) -> Batch:
        length = max(len(s.ids) for s in sequences)
        pad = lambda row, value: row + [value] * (length - len(row))
        given, made = defaultdict(list), defaultdict(list)
        for row, sequence in enumerate(sequences):
            for column, subject in sequence.given:
                kind = modality(subject)
                given[kind].append((row, column, self.shelves[kind].sources(subject, self.mixed, rng)))
            for column, subject in sequence.made:
                made[modality(subject)].append((row, column, subject))
        column_of = lambda rows, k: torch.tensor([row[k] for row in rows], dtype=torch.long)
        return Batch(torch.tensor([pad(s.ids, PAD) for s in sequences]),
                     torch.tensor([pad([1] * len(s.ids), 0) for s in sequences]),
                     torch.tensor([pad(s.scored, False) for s in sequences]),
                     {m: Inputs(*(column_of(given[m], k) for k in range(3))) for m in SIGNALS if given[m]},
                     {m: Outputs(column_of(made[m], 0), column_of(made[m], 1), [s for _, _, s in made[m]]) for m in SIGNALS if made[m]})
