"""What a sound is: the sound of one thing, in a register and at a pace."""
from __future__ import annotations

import json
import random
from dataclasses import dataclass
from pathlib import Path

from .captions import article
from .scene import THINGS

PITCHES = ("low", "middle", "high")
PACES = ("slow", "fast")

SOUND_ATTRIBUTES = {"thing": THINGS, "pitch": PITCHES, "pace": PACES}

_DATA = json.loads((Path(__file__).parent / "heldout.json").read_text())
HELD_OUT_SOUNDS = frozenset((THINGS.index(thing), PITCHES.index(pitch), PACES.index(pace))
                            for thing, pitch, pace in _DATA["sounds"])


@dataclass(frozen=True)
class Sound:
    """A sound; every field is an index into the tuples above."""
    thing: int
    pitch: int
    pace: int

    @property
    def held_out(self) -> bool:
        return self.labels() in HELD_OUT_SOUNDS

    def labels(self) -> tuple[int, int, int]:
        """The indices in the order of SOUND_ATTRIBUTES."""
        return self.thing, self.pitch, self.pace


def all_sounds() -> list[Sound]:
    """The 72 sounds, thing by thing."""
    return [Sound(t, p, s) for t in range(len(THINGS)) for p in range(len(PITCHES)) for s in range(len(PACES))]


def sample_sound(rng: random.Random, held_out: bool | None = False) -> Sound:
    """A random sound; held_out picks the kind of triple, None takes both."""
    while True:
        sound = Sound(*(rng.randrange(len(values)) for values in SOUND_ATTRIBUTES.values()))
        if held_out is None or sound.held_out == held_out:
            return sound


def sound_caption(sound: Sound) -> str:
    """The canonical caption: the one form that the backbone writes and the generator reads."""
    return f"the {PITCHES[sound.pitch]} {PACES[sound.pace]} sound of {article(THINGS[sound.thing])}"


def partial_sound_caption(sound: Sound, rng: random.Random, drop: float) -> str:
    """A canonical caption with pitch or pace left out."""
    said = [word for word in (PITCHES[sound.pitch], PACES[sound.pace]) if rng.random() > drop]
    return " ".join(["the", *said, "sound of", article(THINGS[sound.thing])])
