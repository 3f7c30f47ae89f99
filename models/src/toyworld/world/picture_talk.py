"""Dialogues about pictures: requests, questions, edits, small talk and refusals."""
from __future__ import annotations

import json
import random
from pathlib import Path

from .captions import (BACKGROUND_SYNONYMS, BACKGROUND_WORDS, PLACE_WORDS, PLURALS, SIZE_SYNONYMS, article, caption,
                       describe, describe_two, place_words)
from .scene import ATTRIBUTES, COLOURS, SIZES, THINGS, Scene, sample_scene, sample_two
from .film import MOTIONS
from .sound import PACES, PITCHES
from .turns import Dialogue, Given, Made, Subject, Turn, assistant, user

_HERE = Path(__file__).parent
PHRASES = json.loads((_HERE / "phrases.json").read_text())
UNKNOWN = json.loads((_HERE / "unknown.json").read_text())


def listing(words: tuple[str, ...] | list[str]) -> str:
    return ", ".join(words[:-1]) + " and " + words[-1]


ONLY_THINGS = f"sorry, i only know {listing(PLURALS)}."
ONLY_COLOURS = f"sorry, i only know these colours: {listing(COLOURS)}."
NOT_UNDERSTOOD = "sorry, i did not understand. try: draw a red bell at the top left."
NO_PICTURE = "sorry, i see no picture."
NO_SOUND = "sorry, i hear no sound."
NO_FILM = "sorry, i see no film."
FACTS = {
    "things": f"i know {listing(PLURALS)}.",
    "colours": f"i know {listing(COLOURS)}.",
    "places": f"a thing can be {listing(PLACE_WORDS)}.",
    "sizes": f"a thing can be {listing(SIZES)}.",
    "backgrounds": f"a picture can be {listing(BACKGROUND_WORDS)}.",
    "pitches": f"a sound can be {listing(PITCHES)}.",
    "paces": f"a sound can be {listing(PACES)}.",
    "motions": f"a thing can be {listing(MOTIONS)}.",
}


def drawn(scene: Scene) -> Turn:
    """The answer to a request: the caption first, so that the signals gather it, then the signals."""
    return assistant(f"here is {caption(scene)}", Made(scene))


def shown(scene: Scene) -> Turn:
    """An earlier answer of ours: what was drawn stands in it as a picture."""
    return assistant(f"here is {caption(scene)}", Given(scene))


def answer(scene: Scene, attribute: str) -> str:
    item = scene.item
    return {"caption": lambda: caption(scene), "thing": lambda: article(THINGS[item.thing]),
            "colour": lambda: COLOURS[item.colour], "place": lambda: PLACE_WORDS[item.place],
            "size": lambda: SIZES[item.size], "background": lambda: BACKGROUND_WORDS[scene.background]}[attribute]()


def phrase(group: dict, rng: random.Random, held_out: bool = False) -> str:
    return rng.choice(group["held_out" if held_out else "seen"])


def request(scene: Scene, given: set[str], rng: random.Random, held_out: bool = False) -> str:
    """A request for a picture that names the attributes in `given`."""
    words = describe(scene, given, rng, held_out_form=held_out and rng.random() < 0.3)
    return phrase(PHRASES["draw"], rng, held_out).replace("X", words)


def request_two(scene: Scene, rng: random.Random, held_out: bool = False, keep: float = 1.0) -> str:
    """A request for a picture of two things; held_out as in `request`."""
    return phrase(PHRASES["draw"], rng, held_out).replace("X", describe_two(scene, rng, keep, held_out and rng.random() < 0.3))


def some_attributes(rng: random.Random) -> set[str]:
    keep = 1.0 if rng.random() < 0.4 else 0.6
    given = {a for a in ATTRIBUTES if rng.random() < keep}
    if rng.random() > 0.06 or "colour" not in given:
        given.add("thing")
    return given


def question(scene: Scene, attribute: str, rng: random.Random, held_out: bool = False) -> str:
    return phrase(PHRASES["ask"][attribute], rng, held_out).replace("T", THINGS[scene.item.thing])


def edit(scene: Scene, rng: random.Random, held_out: bool = False, held_out_pairs: bool | None = False) -> tuple[str, Scene]:
    """Words that ask for one change, and the changed scene."""
    while True:
        attribute = rng.choice(tuple(ATTRIBUTES))
        value = rng.randrange(len(ATTRIBUTES[attribute]))
        changed = scene.with_(**{attribute: value})
        if changed == scene or (held_out_pairs is not None and changed.held_out != held_out_pairs):
            continue
        if attribute == "colour":
            words = rng.choice(("", "in ")) + COLOURS[value]
        elif attribute == "place":
            words = place_words(value, rng)
        elif attribute == "size":
            words = rng.choice(SIZE_SYNONYMS[value] + (("smaller", "larger")[value],))
        elif attribute == "background":
            words = rng.choice(BACKGROUND_SYNONYMS[value])
        else:
            words = rng.choice(("as ", "")) + article(THINGS[value])
        return phrase(PHRASES["edit"], rng, held_out).replace("V", words), changed


def gibberish(rng: random.Random) -> str:
    letters = lambda n: "".join(rng.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(n))
    return " ".join(letters(rng.randrange(2, 9)) for _ in range(rng.randrange(1, 5)))


ONSETS = (*"bcdfghjklmnprstvwz", *"bcdfghjklmnprstvwz", "br", "cr", "dr", "gr", "pr", "tr", "st", "pl", "cl", "gl", "sh", "ch", "th")
CODAS = (*[""] * 10, *"nmrlsd")
ENDINGS = ("", "", "", "n", "r", "l", "s", "m", "ck", "nd", "ve", "ze", "rt")


def invented(rng: random.Random) -> str:
    """A word that does not exist but could: the model must know what it knows, not what it doesn't. A third begin with a vowel."""
    word = ""
    while len(word) < 4 or word in COLOURS or word in THINGS:
        syllables = [rng.choice(ONSETS) + rng.choice("aeiou") for _ in range(rng.choice((1, 2, 2, 3)))]
        if rng.random() < 0.33:
            syllables[0] = rng.choice("aeiou")
        word = "".join(syllable + rng.choice(CODAS) for syllable in syllables[:-1]) + syllables[-1] + rng.choice(ENDINGS)
    return word


def unknown_thing(rng: random.Random, held_out: bool = False) -> str:
    if not held_out and rng.random() < 0.35:
        return invented(rng)
    return phrase(UNKNOWN["things"], rng, held_out)


def unknown_colour(rng: random.Random, held_out: bool = False) -> str:
    return invented(rng) if not held_out and rng.random() < 0.6 else phrase(UNKNOWN["colours"], rng, held_out)


def misnamed(words: str, thing: int, rng: random.Random, held_out: bool) -> str:
    """The same request, but for something outside the world."""
    known, unknown = THINGS[thing], unknown_thing(rng, held_out)
    return words.replace(article(known), article(unknown)).replace(known, unknown)


def refused(rng: random.Random, held_out: bool = False) -> Dialogue:
    """A request for something outside the world, and the honest answer."""
    scene = sample_scene(rng)
    given = {a for a in ATTRIBUTES if rng.random() < 0.5} | {"thing"}
    if rng.random() < 0.5:
        return user(misnamed(request(scene, given, rng, held_out), scene.item.thing, rng, held_out)), assistant(ONLY_THINGS)
    given.add("colour")
    words = request(scene, given, rng, held_out)
    return user(words.replace(COLOURS[scene.item.colour], unknown_colour(rng, held_out))), assistant(ONLY_COLOURS)


def with_media(subject: Subject, words: str, rng: random.Random) -> Turn:
    """A turn with a picture, sound or film and words, in either order."""
    return user(words, Given(subject)) if rng.random() < 0.25 else user(Given(subject), words)


def drawing(rng: random.Random) -> Dialogue:
    scene = sample_scene(rng)
    return user(request(scene, some_attributes(rng), rng)), drawn(scene)


def drawing_two(rng: random.Random) -> Dialogue:
    scene = sample_two(rng)
    words = caption(scene) if rng.random() < 0.1 else request_two(scene, rng, keep=1.0 if rng.random() < 0.6 else 0.7)
    return user(words), drawn(scene)


def refused_two(rng: random.Random, held_out: bool = False) -> Dialogue:
    """A request for two things of which one is outside the world, or its colour."""
    scene = sample_two(rng)
    words, item = request_two(scene, rng, held_out), rng.choice(scene.items)
    if rng.random() < 0.5:
        return user(misnamed(words, item.thing, rng, held_out)), assistant(ONLY_THINGS)
    return user(words.replace(COLOURS[item.colour], unknown_colour(rng, held_out))), assistant(ONLY_COLOURS)


def bare(rng: random.Random) -> Dialogue:
    scene = sample_scene(rng)
    return user(caption(scene) if rng.random() < 0.5 else describe(scene, some_attributes(rng), rng)), drawn(scene)


def asking(rng: random.Random) -> Dialogue:
    scene = sample_scene(rng)
    attribute = rng.choice(("caption", "caption", "caption", *ATTRIBUTES))
    return with_media(scene, question(scene, attribute, rng), rng), assistant(answer(scene, attribute))


def editing(rng: random.Random) -> Dialogue:
    scene = sample_scene(rng)
    if rng.random() < 0.12:
        words, changed = phrase(PHRASES["copy"], rng, False), scene
    else:
        words, changed = edit(scene, rng)
    return with_media(scene, words, rng), drawn(changed)


def second_turn(rng: random.Random) -> Dialogue:
    """Something drawn or looked at, then an edit of it or a question on it."""
    scene = sample_scene(rng)
    if rng.random() < 0.75:
        first: Dialogue = (user(request(scene, some_attributes(rng), rng)), shown(scene))
    else:
        attribute = rng.choice(("caption", *ATTRIBUTES))
        first = with_media(scene, question(scene, attribute, rng), rng), assistant(answer(scene, attribute))
    if rng.random() < 0.6:
        words, changed = edit(scene, rng)
        return *first, user(words), drawn(changed)
    if rng.random() < 0.3:
        return *first, *drawing(rng)
    attribute = rng.choice(tuple(PHRASES["ask"]))
    words = question(scene, attribute, rng) or "what is it?"
    return *first, user(words), assistant(answer(scene, attribute))


def talk(rng: random.Random) -> Dialogue:
    topic = rng.choice(PHRASES["talk"])
    return user(rng.choice(topic["ask"])), assistant(topic["answer"])


def fact(rng: random.Random) -> Dialogue:
    topic = rng.choice(tuple(FACTS))
    return user(phrase(PHRASES["facts"][topic], rng, False)), assistant(FACTS[topic])


def nonsense(rng: random.Random) -> Dialogue:
    if rng.random() < 0.3:
        scene = sample_scene(rng)
        attribute = rng.choice(("caption", "colour", "place", "size", "background"))
        words = question(scene, attribute, rng)
        return user(words or gibberish(rng)), assistant(NO_PICTURE if words else NOT_UNDERSTOOD)
    return user(gibberish(rng)), assistant(NOT_UNDERSTOOD)


def talk_then(rng: random.Random) -> Dialogue:
    return *talk(rng), *rng.choice((drawing, asking, fact, refused))(rng)
