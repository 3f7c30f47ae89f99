"""What a scene is: one or more things, each with a colour, a place and a size, on a background."""
from __future__ import annotations

import json
import random
from dataclasses import dataclass, replace
from pathlib import Path

THINGS = ("bell", "drum", "bird", "siren", "storm cloud", "car", "clock", "phone", "whistle", "cat", "dog", "star")
COLOURS = ("red", "orange", "yellow", "green", "cyan", "blue", "purple", "pink")
PLACES = ("top left", "top", "top right", "left", "middle", "right", "bottom left", "bottom", "bottom right")
SIZES = ("small", "large")
BACKGROUNDS = ("day", "night", "sand", "grey")

ATTRIBUTES = {"thing": THINGS, "colour": COLOURS, "place": PLACES, "size": SIZES, "background": BACKGROUNDS}

_DATA = json.loads((Path(__file__).parent / "heldout.json").read_text())
HELD_OUT = frozenset((THINGS.index(thing), COLOURS.index(colour)) for thing, colour in _DATA["pairs"])


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
        return any((i.thing, i.colour) in HELD_OUT for i in self.items)

    def get(self, attribute: str) -> int:
        return self.background if attribute == "background" else getattr(self.item, attribute)

    def with_(self, **attributes: int) -> Scene:
        """The same scene with some attributes changed."""
        background = attributes.pop("background", self.background)
        return Scene((replace(self.item, **attributes),), background)

    def labels(self) -> tuple[int, ...]:
        """The indices in the order of ATTRIBUTES."""
        return tuple(self.get(a) for a in ATTRIBUTES)


def single(thing: int, colour: int, place: int, size: int, background: int) -> Scene:
    return Scene((Item(thing, colour, place, size),), background)


def sample_scene(rng: random.Random, held_out: bool | None = False) -> Scene:
    """A random single-thing scene; held_out picks the kind of colour and thing pair, None takes both."""
    while True:
        scene = single(*(rng.randrange(len(values)) for values in ATTRIBUTES.values()))
        if held_out is None or scene.held_out == held_out:
            return scene
