"""Sounds and films, one medium turned into another, several in one answer, and changes over turns."""
from __future__ import annotations

import random
from itertools import product
from typing import Callable, Iterator

import numpy as np

from ..world import media_talk as talk, picture_talk
from ..world.captions import misspell
from ..world.film import FILM_ATTRIBUTES, Film, sample_film
from ..world.scene import Scene, sample_scene
from ..world.sound import SOUND_ATTRIBUTES, Sound, sample_sound
from ..world.turns import Subject, modality
from .base import CHANCE, Suite, Suites, row, said, user
from .judge import TABLES
from .media import Answer

# What the issue of each target names: backgrounds of films are measured too, in a row of their own.
ALL_OF = {"audio": ("thing", "pitch", "pace"), "video": ("thing", "colour", "motion")}

KNOWN = {True: "held out", False: "seen"}


def several_right(named: tuple[str, ...], kind: str, right: np.ndarray) -> np.ndarray:
    names = list(TABLES[kind])
    return right[:, [names.index(n) for n in named]].all(1)


class SenseSuites(Suites):
    def all(self) -> dict[str, Suite]:
        return {"sounds": lambda: self.making("sound", talk.sound_request), "films": lambda: self.making("film", talk.film_request),
                "hearing": lambda: self.asking("sound", sample_sound, talk.sound_question, talk.sound_answer, SOUND_ATTRIBUTES),
                "watching": lambda: self.asking("film", sample_film, talk.film_question, talk.film_answer, FILM_ATTRIBUTES),
                "crossing": self.crossing, "both given": self.both_given, "several": self.several, "changes": self.changes,
                "media refusals": self.refusals, "signals": self.signals}

    def making(self, what: str, request: Callable) -> Iterator[str]:
        for title, held, phrase, typo, count in ((f"held-out {what}s", True, False, False, self.n), (f"seen {what}s", False, False, False, self.n // 2),
                                                 (f"held-out {what}s and phrasings", True, True, False, self.n),
                                                 (f"held-out {what}s, one typo", True, False, True, self.n)):
            rng = self.rng(f"{what} {title}")
            cases = [request(rng, phrase, held, everything=True) for _ in range(count)]
            asked = [self.mistyped(words, rng) if typo else words for words, _ in cases]
            subjects = [s for _, s in cases]
            answers = self.answerer.answer_all([[user(words)] for words in asked])
            right, kind = self.right(answers, subjects), modality(subjects[0])
            chance = float(np.prod([CHANCE[kind][n] for n in ALL_OF[kind]]))
            if title == f"held-out {what}s":
                for i, name in enumerate(TABLES[kind]):
                    yield row(f"text → {what}, {title}: {name}", right[:, i], CHANCE[kind][name])
            yield row(f"text → {what}, {title}: {', '.join(ALL_OF[kind][:-1])} and {ALL_OF[kind][-1]}",
                      several_right(ALL_OF[kind], kind, right), chance)

    def mistyped(self, text: str, rng) -> str:
        words = text.split(" ")
        long = [i for i, w in enumerate(words) if len(w) > 3]
        if long:
            at = rng.choice(long)
            words[at] = misspell(words[at], rng)
        return " ".join(words)

    def asking(self, what: str, sample: Callable, question: Callable, answer: Callable, table: dict) -> Iterator[str]:
        for held in (True, False):
            rng = self.rng(f"asking {what} {held}")
            for attribute in ("caption", *table) if held else ("caption",):
                subjects = [sample(rng, held) for _ in range(self.n)]
                questions = [question(s, attribute, rng) or "what is this?" for s in subjects]
                answers = self.answerer.answer_all([[user(p, q)] for p, q in zip(self.given(subjects, 20 + len(attribute)), questions)])
                right = [a.text.strip() == answer(s, attribute) and not a.media for a, s in zip(answers, subjects)]
                chance = CHANCE[modality(subjects[0])].get(attribute, "0.000")
                yield row(f"{what} → text, {'held-out' if held else 'seen'} {what}s: {'the whole caption' if attribute == 'caption' else attribute}", right, chance)

    def crossing(self) -> Iterator[str]:
        """A held-out or seen medium in, another out: the thing carries over, what is said is obeyed, and what is not said but can be seen
        stays."""
        routes = (("picture → sound", sample_scene, talk.hear_it, ("pitch", "pace"), {"thing"}),
                  ("sound → picture", sample_sound, talk.draw_it, ("colour", "place", "size", "background"), {"thing"}),
                  ("film → sound", sample_film, talk.hear_it, ("pitch", "pace"), {"thing"}),
                  ("sound → film", sample_sound, talk.film_it, ("colour", "motion", "background"), {"thing"}),
                  ("picture → film", sample_scene, talk.film_it, ("motion",), {"thing", "colour", "background"}),
                  ("film → picture", sample_film, talk.draw_it, ("place", "size"), {"thing", "colour", "background"}))
        for (title, sample, turn, free, carried), (held, n) in product(routes, self.held_and_seen()):
            rng = self.rng(f"{title} {held}")
            sources, asked, wanted, targets = [], [], [], []
            for _ in range(n):
                source = sample(rng, held)
                given = {name for name in free if rng.random() < 0.6}
                words, target = turn(source, rng, held=None, asked=given)
                sources.append(source), asked.append(words), wanted.append(given | carried), targets.append(target)
            answers = self.answerer.answer_all([[user(p, words)] for p, words in zip(self.given(sources, 40), asked)])
            yield self.obeyed(f"{title}, {KNOWN[held]}: what carries over and what is said", answers, targets, wanted)

    def obeyed(self, title: str, answers: list[Answer], targets: list[Subject], wanted: list[set[str]]) -> str:
        right = self.right(answers, targets)
        names = list(TABLES[modality(targets[0])])
        matters = np.array([[n in w for n in names] for w in wanted])
        there = np.array([len(a.media) == 1 for a in answers])
        return row(title, (right | ~matters).all(1) & there)

    def both_given(self) -> Iterator[str]:
        for held, n in self.held_and_seen():
            rng = self.rng(f"both given {held}")
            cases = [talk.heard_in_picture(rng, held=held) for _ in range(n)]
            shown, heard = self.given([c[0] for c in cases], 50), self.given([c[1] for c in cases], 51)
            answers = self.answerer.answer_all([[user(p, s, words)] for p, s, (_, _, words, _) in zip(shown, heard, cases)])
            films = [c[3] for c in cases]
            yield self.obeyed(f"picture + sound + text → film, {KNOWN[held]}: thing of the sound, colour of the picture, motion said", answers, films,
                              [{"thing", "colour", "motion"}] * len(films))

    def several(self) -> Iterator[str]:
        kinds = (("and_hear", "text → picture + sound in one answer"), ("film_and_hear", "text → film + sound in one answer"),
                 ("all_three", "text → picture + sound + film in one answer"))
        for (kind, title), (held, n) in product(kinds, self.held_and_seen()):
            rng = self.rng(f"{title} {held}")
            cases = [talk.several(rng, False, held, kind) for _ in range(n)]
            answers = self.answerer.answer_all([[user(words)] for words, _ in cases])
            good = np.array([[m for m, _ in a.media] == [modality(s) for s in subjects] for a, (_, subjects) in zip(answers, cases)])
            yield row(f"{title}, {KNOWN[held]}: all there, in order", good)
            for k in range(len(cases[0][1])):
                subjects = [subjects[k] for _, subjects in cases]
                m = modality(subjects[0])
                right = self.judges.right(m, [a.media[k][1] if g else None for a, g in zip(answers, good)], subjects)
                good = good & (right.all(1) if m == "image" else several_right(ALL_OF[m], m, right))
            yield row(f"{title}, {KNOWN[held]}: and each right", good)

    def changes(self) -> Iterator[str]:
        """Something held out or seen is made on request; a second turn asks for a change of it, or for another medium of it."""
        def picture(rng: random.Random, held: bool) -> tuple[str, Scene]:
            scene = sample_scene(rng, held)
            return picture_talk.request(scene, set(TABLES["image"]), rng), scene

        def sound(rng: random.Random, held: bool) -> tuple[str, Sound]:
            return talk.sound_request(rng, held=held, everything=True)

        def film(rng: random.Random, held: bool) -> tuple[str, Film]:
            return talk.film_request(rng, held=held, everything=True)

        routes = (("a picture, then a change of it", picture, lambda s, r: picture_talk.edit(s, r, held_out_pairs=None)),
                  ("a sound, then a change of it", sound, lambda s, r: talk.change_sound(s, r, held=None)),
                  ("a film, then a change of it", film, lambda s, r: talk.edit_film(s, r, held=None)),
                  ("a picture, then its film", picture, talk.move_it),
                  ("a picture, then its sound", picture, lambda s, r: talk.hear_it(s, r, held=None)),
                  ("a film, then its sound", film, lambda s, r: talk.hear_it(s, r, held=None)))
        for (title, request, change), (held, n) in product(routes, self.held_and_seen()):
            rng = self.rng(f"{title} {held}")
            first = [request(rng, held) for _ in range(n)]
            second = [change(subject, rng) for _, subject in first]
            made = self.answerer.answer_all([[user(words)] for words, _ in first])
            answers = self.answerer.answer_all([[user(words), said(a), user(more)] for (words, _), a, (more, _) in zip(first, made, second)])
            targets = [s for _, s in second]
            right = self.right(answers, targets)
            kind = modality(targets[0])
            yield row(f"two turns: {title}, {KNOWN[held]}", right.all(1) if kind == "image" else several_right(ALL_OF[kind], kind, right))

    def refusals(self) -> Iterator[str]:
        rng = self.rng("media refusals")
        asked = [talk.refused_media(rng, held_out=True)[0].parts[0] for _ in range(self.n * 5 // 2)]
        answers = self.answerer.answer_all([[user(words)] for words in asked])
        yield row("sounds and films of unknown things: refused, nothing made", ["only know" in a.text and not a.media for a in answers])

    def signals(self) -> Iterator[str]:
        """Which runs are written for requests of every kind, and for talk."""
        rng = self.rng("signals")
        cases: list[tuple[str, list[str]]] = []
        for _ in range(self.n):
            words, subject = talk.ask_anything(rng)
            cases.append((words, [modality(subject)]))
        for _ in range(self.n // 4):
            words, subjects = talk.several(rng, held=None)
            cases.append((words, [modality(s) for s in subjects]))
        answers = self.answerer.answer_all([[user(words)] for words, _ in cases])
        yield row("requests of all kinds: the right modalities, complete runs", [[m for m, _ in a.media] == kinds for a, (_, kinds) in zip(answers, cases)])
