"""What a scene is: one or more things, each with a colour, a place and a size, on a background."""
from __future__ import annotations

import json
import random
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from typing import Sequence

THINGS = ("bell", "drum", "bird", "siren", "storm cloud", "car", "clock", "phone", "whistle", "cat", "dog", "star")
COLOURS = ("red", "orange", "yellow", "green", "cyan", "blue", "purple", "pink")
PLACES = ("top left", "top", "top right", "left", "middle", "right", "bottom left", "bottom", "bottom right")
SIZES = ("small", "large")
BACKGROUNDS = ("day", "night", "sand", "grey")

ATTRIBUTES = {"thing": THINGS, "colour": COLOURS, "place": PLACES, "size": SIZES, "background": BACKGROUNDS}

_DATA = json.loads((Path(__file__).parent / "heldout.json").read_text())
HELD_OUT = frozenset((THINGS.index(thing), COLOURS.index(colour)) for thing, colour in _DATA["pairs"])
HELD_OUT_TOGETHER = frozenset(frozenset(map(THINGS.index, things)) for things in _DATA["together"])

# Where the first of two things is, seen from the second: the places of both.
RELATIONS = {"left of": (PLACES.index("left"), PLACES.index("right")), "right of": (PLACES.index("right"), PLACES.index("left")),
             "above": (PLACES.index("top"), PLACES.index("bottom")), "below": (PLACES.index("bottom"), PLACES.index("top"))}


@dataclass(frozen=True)
class Item:
    """One thing in a picture; every field is an index into the tuples above."""
    thing: int
    colour: int
    place: int
    size: int


@dataclass(frozen=True)
class Scene:
    """The things of a picture, in drawing order, and their background."""
    items: tuple[Item, ...]
    background: int

    @property
    def item(self) -> Item:
        """The only thing of a single-thing scene."""
        (only,) = self.items
        return only

    @property
    def held_out(self) -> bool:
        together = frozenset(i.thing for i in self.items)
        return together in HELD_OUT_TOGETHER or any((i.thing, i.colour) in HELD_OUT for i in self.items)

    @property
    def relation(self) -> str:
        """Where the first of two things is, seen from the second."""
        first, second = self.items
        return next(name for name, places in RELATIONS.items() if places == (first.place, second.place))

    def get(self, attribute: str) -> int:
        return self.background if attribute == "background" else getattr(self.item, attribute)

    def with_(self, **attributes: int) -> Scene:
        """The same scene with some attributes changed."""
        background = attributes.pop("background", self.background)
        return Scene((replace(self.item, **attributes),), background)

    def labels(self) -> tuple[int, ...]:
        """The indices of thing, colour, place and size of each item, then the background: for one item the order of ATTRIBUTES."""
        return *(value for item in self.items for value in astuple(item)), self.background


def labelled(labels: Sequence[int]) -> Scene:
    """The scene that has these labels."""
    *rest, background = labels
    return Scene(tuple(Item(*rest[i:i + 4]) for i in range(0, len(rest), 4)), background)


def single(thing: int, colour: int, place: int, size: int, background: int) -> Scene:
    return Scene((Item(thing, colour, place, size),), background)


def sample_scene(rng: random.Random, held_out: bool | None = False) -> Scene:
    """A random single-thing scene; held_out picks the kind of colour and thing pair, None takes both."""
    while True:
        scene = single(*(rng.randrange(len(values)) for values in ATTRIBUTES.values()))
        if held_out is None or scene.held_out == held_out:
            return scene


def sample_two(rng: random.Random, held_out: bool | None = False) -> Scene:
    """A random scene of two small things that differ in kind or colour; held_out as for one thing."""
    while True:
        items = tuple(Item(rng.randrange(len(THINGS)), rng.randrange(len(COLOURS)), place, SIZES.index("small"))
                      for place in rng.choice(tuple(RELATIONS.values())))
        scene = Scene(items, rng.randrange(len(BACKGROUNDS)))
        alike = (items[0].thing, items[0].colour) == (items[1].thing, items[1].colour)
        if not alike and (held_out is None or scene.held_out == held_out):
            return scene
