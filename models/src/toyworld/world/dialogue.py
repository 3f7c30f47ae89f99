"""All kinds of training dialogues, and how often each is met."""
from __future__ import annotations

import random

from . import media_talk, picture_talk
from .captions import roughen
from .picture_talk import PHRASES
from .turns import Dialogue, Turn

KINDS = {
    "drawing": (picture_talk.drawing, 18), "drawing two": (picture_talk.drawing_two, 40), "bare": (picture_talk.bare, 5), "asking": (picture_talk.asking, 12),
    "editing": (picture_talk.editing, 10), "second turn": (picture_talk.second_turn, 7),
    "talk": (picture_talk.talk, 3), "fact": (picture_talk.fact, 3), "refusal": (picture_talk.refused, 8), "refusal of two": (picture_talk.refused_two, 2),
    "nonsense": (picture_talk.nonsense, 2), "talk, then": (picture_talk.talk_then, 2),
    "sounding": (media_talk.sounding, 9), "filming": (media_talk.filming, 16), "hearing": (media_talk.hearing, 7), "watching": (media_talk.watching, 9),
    "turned": (media_talk.turned, 16), "both given": (media_talk.both_given, 5), "several": (media_talk.many, 16),
    "over turns": (media_talk.over_turns, 14), "changing films": (media_talk.changing_film, 9),
    "changing sounds": (media_talk.changing_sound, 6), "media refusal": (media_talk.refused_media, 4), "nothing given": (media_talk.nothing_given, 1)}


def sample_dialogue(rng: random.Random, kinds: tuple[str, ...] = tuple(KINDS), typos: float = 0.12) -> Dialogue:
    """A training dialogue: nothing held out is made or shown in it, no held-out phrasing used."""
    kind = rng.choices(kinds, [KINDS[k][1] for k in kinds])[0]
    turns = KINDS[kind][0](rng)
    rough = tuple(Turn(t.role, tuple(roughen(p, rng, typos) if t.role == "user" and isinstance(p, str) else p for p in t.parts))
                  for t in turns)
    if rng.random() < 0.04:
        return (Turn("system", (rng.choice(PHRASES["systems"]),)), *rough)
    return rough
