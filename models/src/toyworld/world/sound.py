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
NO_NAME = -100  # what a cross-entropy leaves out
BETWEEN = (0.25, 0.8)  # octaves above the pitch below
BETWEEN_PACES = (0.2, 0.8)  # of the way from slow to fast, by ratio

SOUND_ATTRIBUTES = {"thing": THINGS, "pitch": PITCHES, "pace": PACES}

_DATA = json.loads((Path(__file__).parent / "heldout.json").read_text())
HELD_OUT_SOUNDS = frozenset((THINGS.index(thing), PITCHES.index(pitch), PACES.index(pace))
                            for thing, pitch, pace in _DATA["sounds"])


@dataclass(frozen=True)
class Sound:
    """A sound; every field is an index into the tuples above. A pitch or a pace between two of them has no name."""
    thing: int
    pitch: int | float
    pace: int | float

    @property
    def held_out(self) -> bool:
        return self.labels() in HELD_OUT_SOUNDS

    def labels(self) -> tuple[int, int, int]:
        """The indices in the order of SOUND_ATTRIBUTES, NO_NAME for what has none."""
        return self.thing, *(value if isinstance(value, int) else NO_NAME for value in (self.pitch, self.pace))


def all_sounds() -> list[Sound]:
    """The 72 sounds, thing by thing."""
    return [Sound(t, p, s) for t in range(len(THINGS)) for p in range(len(PITCHES)) for s in range(len(PACES))]


def sample_sound(rng: random.Random, held_out: bool | None = False) -> Sound:
    """A random sound; held_out picks the kind of triple, None takes both."""
    while True:
        sound = Sound(*(rng.randrange(len(values)) for values in SOUND_ATTRIBUTES.values()))
        if held_out is None or sound.held_out == held_out:
            return sound


def sample_between(rng: random.Random) -> Sound:
    """A random sound that lies between two pitches, well away from both."""
    return Sound(pitch=_pitch_between(rng), thing=rng.randrange(len(THINGS)), pace=rng.randrange(len(PACES)))


def sample_between_paces(rng: random.Random) -> Sound:
    """A random sound that lies between the two paces, well away from both, at a pitch with or without a name."""
    pitch = rng.randrange(len(PITCHES)) if rng.random() < 0.5 else _pitch_between(rng)
    return Sound(rng.randrange(len(THINGS)), pitch, rng.uniform(*BETWEEN_PACES))


def _pitch_between(rng: random.Random) -> float:
    return rng.randrange(len(PITCHES) - 1) + rng.uniform(*BETWEEN)


def sound_caption(sound: Sound) -> str:
    """The canonical caption: the one form that the backbone writes and the generator reads."""
    return " ".join(["the", *_told(sound), "sound of", article(THINGS[sound.thing])])


def partial_sound_caption(sound: Sound, rng: random.Random, drop: float) -> str:
    """A canonical caption with pitch or pace left out."""
    return " ".join(["the", *(word for word in _told(sound) if rng.random() > drop), "sound of", article(THINGS[sound.thing])])


def _told(sound: Sound) -> tuple[str, ...]:
    return tuple(names[value] for names, value in ((PITCHES, sound.pitch), (PACES, sound.pace)) if isinstance(value, int))
