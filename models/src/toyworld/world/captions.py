"""How scenes are put into words: the canonical caption, and the many ways a person may ask for the same thing."""
from __future__ import annotations

import random
from typing import Callable

from .scene import COLOURS, PLACES, SIZES, THINGS, Scene

PLACE_WORDS = tuple("in the middle" if place == "middle" else f"at the {place}" for place in PLACES)
BACKGROUND_WORDS = ("by day", "at night", "on sand", "on grey")
PLURALS = tuple(f"{thing}s" for thing in THINGS)

SIZE_SYNONYMS = (("small", "small", "small", "little", "tiny"), ("large", "large", "large", "big", "huge"))
BACKGROUND_SYNONYMS = (
    ("by day", "by day", "during the day", "in daylight", "in the daytime"),
    ("at night", "at night", "by night", "in the dark", "in the night"),
    ("on sand", "on sand", "on the sand", "in the desert", "on the beach"),
    ("on grey", "on grey", "on a grey background", "on gray", "against grey"))
RELATION_SYNONYMS = {"left of": ("left of", "to the left of", "on the left of", "at the left of"),
                     "right of": ("right of", "to the right of", "on the right of", "at the right of"),
                     "above": ("above", "above", "over", "on top of"), "below": ("below", "below", "under", "underneath", "beneath")}
BESIDE = ("and", "and", "next to", "beside", "with")  # nothing is said of the sides: the first is left of the second
OPPOSITE = {"left of": "right of", "right of": "left of", "above": "below", "below": "above"}
_VERTICAL = {"top": ("top", "top", "upper"), "bottom": ("bottom", "bottom", "lower")}


def article(words: str) -> str:
    return ("an " if words[0] in "aeiou" else "a ") + words


def noun_phrases(scene: Scene, kept: Callable[[str], bool] = lambda words: True) -> list[str]:
    """Each item by itself, as captions of two things have it."""
    return [article(" ".join([*filter(kept, [COLOURS[item.colour]]), THINGS[item.thing]])) for item in scene.items]


def _of_two(scene: Scene, kept: Callable[[str], bool]) -> str:
    first, second = noun_phrases(scene, kept)
    return " ".join([first, scene.relation, second, *filter(kept, [BACKGROUND_WORDS[scene.background]])])


def caption(scene: Scene) -> str:
    """The canonical caption: the one form that the backbone writes and the generator reads."""
    if len(scene.items) == 2:
        return _of_two(scene, lambda words: True)
    item = scene.item
    return (f"a {SIZES[item.size]} {COLOURS[item.colour]} {THINGS[item.thing]} "
            f"{PLACE_WORDS[item.place]} {BACKGROUND_WORDS[scene.background]}")


def partial_caption(scene: Scene, rng: random.Random, drop: float) -> str:
    """A canonical caption with some attributes left out."""
    if len(scene.items) == 2:
        return _of_two(scene, lambda words: rng.random() > drop)
    item = scene.item
    words = ["a"] + [word for word in (SIZES[item.size], COLOURS[item.colour]) if rng.random() > drop]
    words.append(THINGS[item.thing])
    words += [word for word in (PLACE_WORDS[item.place], BACKGROUND_WORDS[scene.background]) if rng.random() > drop]
    return " ".join(words)


def place_words(place: int, rng: random.Random) -> str:
    """A place in one of its everyday wordings."""
    name = PLACES[place]
    if name == "middle":
        return rng.choice(("in the middle", "in the middle", "in the centre", "in the center", "at the centre"))
    for plain, others in _VERTICAL.items():
        if plain in name and " " in name:
            name = name.replace(plain, rng.choice(others))
    if " " in name:
        return rng.choice((f"at the {name}", f"at the {name}", f"in the {name}", f"in the {name} corner", f"{name}"))
    if name in ("left", "right"):
        return rng.choice((f"at the {name}", f"at the {name}", f"on the {name}", f"on the {name} side"))
    return rng.choice((f"at the {name}", f"at the {name}", f"in the {name} middle", f"at the {name} centre"))


def describe(scene: Scene, given: set[str], rng: random.Random, held_out_form: bool = False) -> str:
    """A noun phrase that names only the attributes in `given`."""
    item = scene.item
    thing = THINGS[item.thing] if "thing" in given else "thing"
    colour = COLOURS[item.colour] if "colour" in given else ""
    size = rng.choice(SIZE_SYNONYMS[item.size]) if "size" in given else ""
    place = place_words(item.place, rng) if "place" in given else ""
    background = rng.choice(BACKGROUND_SYNONYMS[scene.background]) if "background" in given else ""
    join = lambda *words: " ".join(w for w in words if w)
    if held_out_form:
        traits = " and ".join(w for w in (size, colour) if w)
        return join(article(thing) + (f" that is {traits}" if traits else ""), place, background)
    if "thing" not in given and colour:
        return join("something", size, colour, place, background)
    form = rng.random()
    # An `and` between two traits asks for nothing more, unlike `and let me hear it`.
    traits = f"{size} and {colour}" if size and colour and rng.random() < 0.2 else join(size, colour)
    if form < 0.6:
        return join(article(join(traits, thing)), place, background)
    if form < 0.7 and colour:
        return join(article(join(size, thing)), "in", colour, place, background)
    if form < 0.75:
        return ", ".join(w for w in (article(join(colour, thing)), size, place, background) if w)
    if form < 0.8:
        return ", ".join(w for w in (article(thing), traits, place, background) if w)
    if form < 0.9:
        return join(article(join(traits, thing)), background, place)
    return join(join(background, place) + ("," if background or place else ""), article(join(size, colour, thing)))


def describe_two(scene: Scene, rng: random.Random, keep: float = 1.0, held_out_form: bool = False) -> str:
    """A noun phrase of two things, with each colour and the background at a chance of `keep`; their relation is said."""
    kept = lambda words: rng.random() < keep
    join = lambda *words: " ".join(w for w in words if w)
    first, second = noun_phrases(scene, kept)
    background = join(*filter(kept, [rng.choice(BACKGROUND_SYNONYMS[scene.background])]))
    relation = rng.choice(RELATION_SYNONYMS[scene.relation])
    form = rng.random()
    if held_out_form:
        return join(first, f"that is {relation}", second, background)
    if scene.relation == "left of" and form < 0.25:
        return join(first, rng.choice(BESIDE), second, background)
    if form < 0.7:
        return join(first, relation, second, background)
    if form < 0.8:
        return join(background + ",", first, relation, second) if background else join(first, relation, second)
    if form < 0.9:
        return join(first + ",", relation, second, background)
    return join(first, "and", rng.choice(RELATION_SYNONYMS[OPPOSITE[scene.relation]]), "it", second, background)


_KEYS = "qwertyuiopasdfghjklzxcvbnm"


def misspell(word: str, rng: random.Random) -> str:
    """One slip of the finger; the first letter stays."""
    if len(word) < 4:
        return word
    i = rng.randrange(1, len(word) - 1)
    kind = rng.randrange(4)
    if kind == 0:
        return word[:i] + word[i + 1:]
    if kind == 1:
        return word[:i] + word[i] + word[i:]
    if kind == 2:
        return word[:i] + word[i + 1] + word[i] + word[i + 2:]
    return word[:i] + rng.choice(_KEYS) + word[i + 1:]


def roughen(text: str, rng: random.Random, typos: float = 0.12) -> str:
    """Text as people type it: capitals, punctuation, now and then a typo."""
    if rng.random() < typos:
        words = text.split(" ")
        long = [i for i, word in enumerate(words) if len(word) > 3]
        i = rng.choice(long) if long else 0
        words[i] = misspell(words[i], rng)
        text = " ".join(words)
    style = rng.random()
    if style < 0.35:
        text = text[:1].upper() + text[1:]
    elif style < 0.38:
        text = text.upper()
    elif style < 0.41:
        text = text.title()
    if text[-1:] not in "?!." and rng.random() < 0.25:
        text += rng.choice((".", "!", ".", "..."))
    elif text.endswith("?") and rng.random() < 0.25:
        text = text[:-1]
    return text
