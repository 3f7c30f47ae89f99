"""How sounds and films are put into everyday words."""
from __future__ import annotations

import random

from .captions import BACKGROUND_SYNONYMS, article
from .film import MOTIONS, Film
from .scene import COLOURS, THINGS
from .sound import Sound

PITCH_SYNONYMS = (("low", "low", "low", "deep"), ("middle", "middle", "medium", "mid"), ("high", "high", "high", "shrill"))
PACE_SYNONYMS = (("slow", "slow", "slow", "calm"), ("fast", "fast", "fast", "quick", "rapid"))
_WAYS = {name: name.removeprefix("moving ") for name in MOTIONS if name.startswith("moving ")}


def motion_words(motion: int, rng: random.Random) -> str:
    """A motion as what a thing is doing."""
    name = MOTIONS[motion]
    if name in _WAYS:
        way = _WAYS[name]
        far = {"left": "to the left", "right": "to the right", "up": "upwards", "down": "downwards"}[way]
        return rng.choice((name, name, f"flying {way}", f"going {way}", f"moving {far}", f"that moves {way}"))
    return rng.choice({"growing": ("growing", "growing", "getting bigger", "that grows", "becoming larger"),
                       "shrinking": ("shrinking", "shrinking", "getting smaller", "that shrinks", "becoming smaller"),
                       "turning": ("turning", "turning", "spinning", "rotating", "that turns", "turning around"),
                       "standing still": ("standing still", "standing still", "not moving", "staying still", "that stands still")}[name])


def motion_verb(motion: int, rng: random.Random) -> str:
    """A motion as what a thing is to do."""
    name = MOTIONS[motion]
    if name in _WAYS:
        way = _WAYS[name]
        far = {"left": "to the left", "right": "to the right", "up": "upwards", "down": "downwards"}[way]
        return rng.choice((f"move {way}", f"fly {way}", f"fly {way}", f"go {way}", f"move {far}", f"fly {far}"))
    return rng.choice({"growing": ("grow", "grow", "get bigger", "become larger"),
                       "shrinking": ("shrink", "shrink", "get smaller", "become smaller"),
                       "turning": ("turn", "turn", "spin", "rotate", "turn around"),
                       "standing still": ("stand still", "stay still", "stand still", "not move")}[name])


def sound_words(sound: Sound, given: set[str], rng: random.Random) -> str:
    """Pitch and pace, as far as they are given: `low and fast`, `deep`, or nothing."""
    words = [rng.choice(table[getattr(sound, name)]) for name, table in (("pitch", PITCH_SYNONYMS), ("pace", PACE_SYNONYMS)) if name in given]
    rng.shuffle(words)
    return rng.choice((" and ", " and ", ", ", " ")).join(words)


def describe_sound(sound: Sound, given: set[str], rng: random.Random) -> str:
    """A noun phrase that names the thing, and pitch and pace as far as they are given."""
    thing, words = THINGS[sound.thing], sound_words(sound, given, rng)
    if not words:
        return rng.choice((f"the sound of {article(thing)}", article(thing), f"{article(thing)} sound"))
    plain = words.replace(" and ", " ").replace(",", "")
    form = rng.random()
    if form < 0.3:
        return f"the {plain} sound of {article(thing)}"
    if form < 0.5:
        return article(f"{plain} {thing}")
    if form < 0.65:
        return f"the sound of {article(f'{plain} {thing}')}"
    if form < 0.75:
        return f"{article(plain)} sound of {article(thing)}"
    if form < 0.85:
        return f"{article(thing)}, {words}"
    return rng.choice((f"{article(thing)} that sounds {words}", f"the sound of {article(thing)}, {words}", article(f"{plain} {thing} sound")))


def film_traits(film: Film, given: set[str], rng: random.Random) -> str:
    """Colour, motion and background as they are said after `film it`: `in red, moving left`."""
    words = []
    if "colour" in given:
        words.append(rng.choice(("in ", "in ", "")) + COLOURS[film.colour])
    if "motion" in given:
        words.append(motion_words(film.motion, rng))
    if "background" in given:
        words.append(rng.choice(BACKGROUND_SYNONYMS[film.background]))
    return ", ".join(words)


def describe_film(film: Film, given: set[str], rng: random.Random) -> str:
    """A noun phrase that names the thing, and the other attributes as far as they are given."""
    join = lambda *words: " ".join(w for w in words if w)
    thing, colour = THINGS[film.thing], COLOURS[film.colour] if "colour" in given else ""
    motion = motion_words(film.motion, rng) if "motion" in given else ""
    background = rng.choice(BACKGROUND_SYNONYMS[film.background]) if "background" in given else ""
    form = rng.random()
    if form < 0.65:
        return join(article(join(colour, thing)), motion, background)
    if form < 0.75:
        return join(article(join(colour, thing)), background, motion)
    if form < 0.85 and motion:
        return join(article(join(colour, thing)) + ",", motion, background)
    if form < 0.92 and colour:
        return join(article(thing), "in", colour, motion, background)
    plain = motion if motion in ("growing", "shrinking", "turning", "spinning", "rotating") else ""
    return join(article(join(plain, colour, thing)), "" if plain else motion, background)
