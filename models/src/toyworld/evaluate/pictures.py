"""Pictures: what is asked, and what counts as right."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Iterator

import numpy as np

from ..world import picture_talk as talk
from ..world.captions import caption, misspell, roughen
from ..world.render import SIDE, alone
from ..world.scene import ATTRIBUTES, Scene, sample_scene, sample_two
from .base import CHANCE as CHANCES, Suite, Suites, row, user
from .judge import sized
from .media import Answer, Array

EVERYTHING = set(ATTRIBUTES)
CHANCE = CHANCES["image"]
CORE = ("thing", "colour", "place")
_CEILING = Path(__file__).parents[3] / "judges/image/ceiling.json"


class PictureSuites(Suites):
    def all(self) -> dict[str, Suite]:
        return {"ceilings": self.ceilings,
                "held-out pairs": lambda: self.drawing("text → picture, held-out pairs", True, False),
                "seen pairs": lambda: self.drawing("text → picture, seen pairs", False, False),
                "held-out phrasings": lambda: self.drawing("text → picture, held-out pairs and phrasings", True, True),
                "typos": self.typos, "partial": self.partial, "bare": self.bare, "looking": self.looking, "editing": self.editing,
                "two things": self.two_things, "refusals": self.refusals, "talk": self.talk}

    def judged(self, title: str, answers: list[Answer], scenes: list[Scene], brief: bool = False) -> Iterator[str]:
        right = self.right(answers, scenes)
        names = list(ATTRIBUTES)
        if not brief:
            for i, name in enumerate(names):
                yield row(f"{title}: {name}", right[:, i], CHANCE[name])
            core = right[:, [names.index(c) for c in CORE]].all(1)
            yield row(f"{title}: thing, colour and place", core, float(np.prod([CHANCE[c] for c in CORE])))
        yield row(f"{title}: all five", right.all(1), "0.000")
        yield row(f"{title}: the text says so", [a.text.strip() == f"here is {caption(s)}" for a, s in zip(answers, scenes)], "0.000")

    def ceilings(self) -> Iterator[str]:
        """What the judge reads off fresh renders, and what it read off reconstructions when the family was exported."""
        rng = self.rng("ceiling")
        scenes = [sample_scene(rng, True) for _ in range(self.n)]
        right = self.judges.right("image", [self.render(s, 1, i) for i, s in enumerate(scenes)], scenes)
        yield row("ceiling: the judge on held-out renders, all five", right.all(1))
        if _CEILING.exists():
            kept = json.loads(_CEILING.read_text())["reconstructions of held-out renders"]
            yield row("ceiling: the judge on the autoencoder's reconstructions, all five", [True] * round(kept["all"] * kept["count"]) +
                      [False] * (kept["count"] - round(kept["all"] * kept["count"])))

    def drawing(self, title: str, held_pairs: bool, held_phrases: bool) -> Iterator[str]:
        rng = self.rng(title)
        scenes = [sample_scene(rng, held_pairs) for _ in range(self.n)]
        answers = self.answerer.answer_all([[user(talk.request(s, EVERYTHING, rng, held_phrases))] for s in scenes])
        yield from self.judged(title, answers, scenes, brief=held_phrases)

    def typos(self) -> Iterator[str]:
        rng = self.rng("typos")
        scenes = [sample_scene(rng, True) for _ in range(self.n)]

        def mistyped(scene: Scene) -> str:
            words = talk.request(scene, EVERYTHING, rng).split(" ")
            at = rng.choice([i for i, w in enumerate(words) if len(w) > 3])
            words[at] = misspell(words[at], rng)
            return " ".join(words)

        answers = self.answerer.answer_all([[user(mistyped(s))] for s in scenes])
        yield from self.judged("text → picture, one typo, held-out pairs", answers, scenes, brief=True)

    def partial(self) -> Iterator[str]:
        """Requests that leave attributes open: what was named must hold, in the picture."""
        rng = self.rng("partial")
        scenes, given = [], []
        for _ in range(self.n):
            scenes.append(sample_scene(rng, None))
            given.append({"thing"} | {a for a in ATTRIBUTES if rng.random() < 0.5})
        answers = self.answerer.answer_all([[user(talk.request(s, g, rng))] for s, g in zip(scenes, given)])
        right = self.right(answers, scenes)
        named = np.array([[a in g for a in ATTRIBUTES] for g in given])
        yield row("text → picture, attributes left open: all that was named", (right | ~named).all(1) & np.array([bool(a.pictures) for a in answers]))

    def bare(self) -> Iterator[str]:
        rng = self.rng("bare")
        scenes = [sample_scene(rng, True) for _ in range(self.n)]
        answers = self.answerer.answer_all([[user(caption(s))] for s in scenes])
        yield from self.judged("a bare caption → picture, held-out pairs", answers, scenes, brief=True)

    def looking(self) -> Iterator[str]:
        for held in (True, False):
            rng = self.rng(f"looking {held}")
            kind = "held-out pairs" if held else "seen pairs"
            for attribute in ("caption", *ATTRIBUTES) if held else ("caption",):
                scenes = [sample_scene(rng, held) for _ in range(self.n)]
                shown = self.given(scenes, 2 + len(attribute))
                questions = [talk.question(s, attribute, rng) or "what is this?" for s in scenes]
                answers = self.answerer.answer_all([[user(p, q)] for p, q in zip(shown, questions)])
                right = [a.text.strip() == talk.answer(s, attribute) and not a.media for a, s in zip(answers, scenes)]
                what = "the whole caption" if attribute == "caption" else attribute
                yield row(f"picture → text, {kind}: {what}", right, CHANCE.get(attribute, "0.000"))

    def editing(self) -> Iterator[str]:
        for held, n in self.held_and_seen():
            title = "held-out pairs" if held else "seen pairs"
            rng = self.rng(f"editing {title}")
            scenes = [sample_scene(rng, held) for _ in range(n)]
            edits = [talk.edit(scene, rng, held_out_pairs=None) for scene in scenes]
            answers = self.answerer.answer_all([[user(p, words)] for p, (words, _) in zip(self.given(scenes, 9), edits)])
            yield from self.judged(f"picture and words → picture, {title}", answers, [changed for _, changed in edits], brief=True)

    def two_things(self) -> Iterator[str]:
        """Each thing is judged alone, the other half of the picture painted over: one that is missing, wrong or elsewhere is seen."""
        rng = self.rng("two things")
        scenes = [sample_two(rng, True) for _ in range(self.n)]
        right = self.both([self.render(s, 3, i) for i, s in enumerate(scenes)], scenes)
        yield row("ceiling: the judge on held-out renders of two things, all of it", right.all(1))
        for held, phrases, title in ((True, False, "held out"), (False, False, "seen"), (True, True, "held out, and held-out phrasings")):
            rng = self.rng(f"two things, {title}")
            scenes = [sample_two(rng, held) for _ in range(self.n if held else self.n // 3)]
            answers = self.answerer.answer_all([[user(talk.request_two(s, rng, phrases))] for s in scenes])
            right, title = self.both(self.only(answers, "image"), scenes), f"text → picture of two things, {title}"
            if held and not phrases:
                for name, hits in zip(("things", "colours", "relation"), right.T):
                    yield row(f"{title}: {name}", hits)
            yield row(f"{title}: things, colours and relation", right.all(1), "0.000")
            yield row(f"{title}: the text says so", [a.text.strip() == f"here is {caption(s)}" for a, s in zip(answers, scenes)], "0.000")

    def both(self, pictures: list[Array | None], scenes: list[Scene]) -> np.ndarray:
        """Whether things, colours and places [N, 3] of both items are right."""
        right = np.ones((len(scenes), len(CORE)), bool)
        for k in range(2):
            items = [scene.items[k] for scene in scenes]
            halves = [None if p is None else alone(sized(p, SIDE), item.place) for p, item in zip(pictures, items)]
            right &= self.judges.right("image", halves, [Scene((item,), s.background) for item, s in zip(items, scenes)])[:, :len(CORE)]
        return right

    def refusals(self) -> Iterator[str]:
        rng = self.rng("refusals")
        asked = [talk.refused(rng, held_out=True) for _ in range(self.n * 5 // 2)]
        answers = self.answerer.answer_all([[user(turns[0].parts[0])] for turns in asked])
        for kind, words in (("things", talk.ONLY_THINGS), ("colours", talk.ONLY_COLOURS)):
            these = [a for a, turns in zip(answers, asked) if turns[1].parts[0] == words]
            yield row(f"unknown {kind}: refused, nothing drawn", ["only know" in a.text and not a.media for a in these])
        scenes = [sample_scene(rng, None) for _ in range(self.n)]
        answers = self.answerer.answer_all([[user(talk.request(s, EVERYTHING, rng, held_out=True))] for s in scenes])
        yield row("known things, held-out phrasings: not refused", [bool(a.pictures) for a in answers])

    def talk(self) -> Iterator[str]:
        cases = [(q, topic["answer"]) for topic in talk.PHRASES["talk"] for q in topic["ask"]]
        cases += [(q, talk.FACTS[name]) for name, group in talk.PHRASES["facts"].items() for q in group["seen"] + group["held_out"]]
        answers = self.answerer.answer_all([[user(q)] for q, _ in cases])
        rng = self.rng("talk")
        rough = self.answerer.answer_all([[user(roughen(q, rng))] for q, _ in cases for _ in range(7)])
        yield row("small talk and facts, in all sorts of spelling: nothing drawn", [not a.media for a in [*answers, *rough]])
        yield row("small talk and facts: the very answer", [a.text.strip() == said for a, (_, said) in zip(answers, cases)])
