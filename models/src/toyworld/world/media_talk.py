"""Dialogues in which sounds and films are made, taken in, and turned into each other and into pictures."""
from __future__ import annotations

import random
from dataclasses import replace

from .captions import BACKGROUND_SYNONYMS, BACKGROUND_WORDS, article, caption, describe, place_words
from .film import FILM_ATTRIBUTES, MOTIONS, Film, film_caption, sample_film
from .media_words import describe_film, describe_sound, film_traits, motion_verb, motion_words, sound_words
from .picture_talk import (NO_FILM, NO_SOUND, ONLY_THINGS, PHRASES, answer, edit, misnamed, phrase, question, request,
                           some_attributes, with_media)
from .scene import ATTRIBUTES, COLOURS, PLACES, SIZES, THINGS, Scene, sample_scene, single
from .sound import PACES, PITCHES, SOUND_ATTRIBUTES, Sound, sample_sound, sound_caption
from .turns import Dialogue, Given, Made, Subject, Turn, assistant, user

# What is made where nothing is said.
PLAIN_PITCH, PLAIN_PACE = PITCHES.index("middle"), PACES.index("slow")
PLAIN_MOTION, PLAIN_PLACE, PLAIN_SIZE = MOTIONS.index("turning"), PLACES.index("middle"), SIZES.index("large")
PLAIN_COLOUR, PLAIN_BACKGROUND = 0, 0


def words_for(subject: Subject) -> str:
    """The canonical caption of a picture, sound or film."""
    match subject:
        case Scene():
            return caption(subject)
        case Sound():
            return sound_caption(subject)
        case Film():
            return film_caption(subject)


def made(*subjects: Subject) -> Turn:
    """An answer that makes media: each is said first, so that its signals gather what was said."""
    parts = []
    for i, subject in enumerate(subjects):
        parts += [("and " if i else "here is ") + words_for(subject), Made(subject)]
    return assistant(*parts)


def had(subject: Subject) -> Turn:
    """An earlier answer of ours: what was made stands in it as it would be given."""
    return assistant(f"here is {words_for(subject)}", Given(subject))


def some(rng: random.Random, *names: str, keep: float = 0.6) -> set[str]:
    """Some of the names; all of them in two of five cases."""
    if rng.random() < 0.4:
        return set(names)
    return {n for n in names if rng.random() < keep}


def plain_sound(sound: Sound, given: set[str]) -> Sound:
    """The sound that is made when only `given` was said; the triple may be a held-out one only if it was asked for."""
    return replace(sound, pitch=sound.pitch if "pitch" in given else PLAIN_PITCH, pace=sound.pace if "pace" in given else PLAIN_PACE)


def plain_film(film: Film, given: set[str]) -> Film:
    return replace(film, **{name: value for name, value in
                            (("colour", PLAIN_COLOUR), ("motion", PLAIN_MOTION), ("background", PLAIN_BACKGROUND)) if name not in given})


def seen(draw_one, held_out: bool | None = False):
    """Draws until the subject is of the wanted kind."""
    while True:
        subject, *rest = draw_one()
        if held_out is None or subject.held_out == held_out:
            return subject, *rest


def sound_request(rng: random.Random, held_phrase: bool = False, held: bool | None = False, everything: bool = False) -> tuple[str, Sound]:
    def one() -> tuple[Sound, set[str]]:
        given = {"pitch", "pace"} if everything else some(rng, "pitch", "pace")
        return plain_sound(sample_sound(rng, None), given), given
    sound, given = seen(one, held)
    ask = phrase(PHRASES["play"], rng, held_phrase)
    words = describe_sound(sound, given, rng)
    while "sound" not in words and not any(verb in ask for verb in ("play", "hear", "sing", "sound", "audio")):
        words = describe_sound(sound, given, rng)  # `make a bell` asks for a picture
    return ask.replace("X", words), sound


def film_request(rng: random.Random, held_phrase: bool = False, held: bool | None = False, everything: bool = False) -> tuple[str, Film]:
    def one() -> tuple[Film, set[str]]:
        given = {"colour", "motion", "background"} if everything else some(rng, "colour", "motion", "background")
        return plain_film(sample_film(rng, None), given), given
    film, given = seen(one, held)
    return phrase(PHRASES["film"], rng, held_phrase).replace("X", describe_film(film, given, rng)), film


def sounding(rng: random.Random) -> Dialogue:
    words, sound = sound_request(rng)
    return user(words if rng.random() < 0.93 else sound_caption(sound)), made(sound)


def filming(rng: random.Random) -> Dialogue:
    words, film = film_request(rng)
    return user(words if rng.random() < 0.95 else film_caption(film)), made(film)


def sound_question(sound: Sound, attribute: str, rng: random.Random, held_out: bool = False) -> str:
    return phrase(PHRASES["ask_sound"][attribute], rng, held_out)


def sound_answer(sound: Sound, attribute: str) -> str:
    return {"caption": lambda: sound_caption(sound), "thing": lambda: article(THINGS[sound.thing]),
            "pitch": lambda: PITCHES[sound.pitch], "pace": lambda: PACES[sound.pace]}[attribute]()


def film_question(film: Film, attribute: str, rng: random.Random, held_out: bool = False) -> str:
    return phrase(PHRASES["ask_film"][attribute], rng, held_out).replace("T", THINGS[film.thing])


def film_answer(film: Film, attribute: str) -> str:
    return {"caption": lambda: film_caption(film), "thing": lambda: article(THINGS[film.thing]),
            "colour": lambda: COLOURS[film.colour], "motion": lambda: MOTIONS[film.motion],
            "background": lambda: BACKGROUND_WORDS[film.background]}[attribute]()


def hearing(rng: random.Random) -> Dialogue:
    sound = sample_sound(rng)
    attribute = rng.choice(("caption", "caption", "caption", *SOUND_ATTRIBUTES))
    return with_media(sound, sound_question(sound, attribute, rng), rng), assistant(sound_answer(sound, attribute))


def watching(rng: random.Random) -> Dialogue:
    film = sample_film(rng)
    attribute = rng.choice(("caption", "caption", "caption", *FILM_ATTRIBUTES))
    return with_media(film, film_question(film, attribute, rng), rng), assistant(film_answer(film, attribute))


def comma(words: str, more: str) -> str:
    return f"{words}, {more}" if more else words


def hear_it(source: Scene | Film, rng: random.Random, held_phrase: bool = False, held: bool | None = False,
            asked: set[str] | None = None) -> tuple[str, Sound]:
    """Words that ask for the sound of what is shown, and that sound."""
    def one():
        given = some(rng, "pitch", "pace", keep=0.4) if asked is None else asked
        return plain_sound(replace(sample_sound(rng, None), thing=thing_of(source)), given), given
    sound, given = seen(one, held)
    words = phrase(PHRASES["hear_it"], rng, held_phrase).replace("T", THINGS[sound.thing])
    more = sound_words(sound, given, rng)
    return (comma(words, more) if not words.endswith("?") else words.removesuffix("?") + (f", {more}?" if more else "?")), sound


def draw_it(source: Sound | Film, rng: random.Random, held_phrase: bool = False, held: bool | None = False,
            asked: set[str] | None = None) -> tuple[str, Scene]:
    """Words that ask for a picture of what is heard or watched, and that picture."""
    def one():
        given = some(rng, "colour", "place", "size", "background", keep=0.45) if asked is None else asked
        base = sample_scene(rng, None)
        item, is_film = base.item, isinstance(source, Film)
        scene = single(source.thing, item.colour if "colour" in given else source.colour if is_film else PLAIN_COLOUR,
                       item.place if "place" in given else PLAIN_PLACE, item.size if "size" in given else PLAIN_SIZE,
                       base.background if "background" in given else source.background if is_film else PLAIN_BACKGROUND)
        return scene, given
    scene, given = seen(one, held)
    item = scene.item
    more = [words for name, words in (("colour", rng.choice(("in ", "in ", "")) + COLOURS[item.colour]), ("size", SIZES[item.size]),
                                      ("place", place_words(item.place, rng)), ("background", rng.choice(BACKGROUND_SYNONYMS[scene.background])))
            if name in given]
    words = phrase(PHRASES["draw_it"], rng, held_phrase).replace("T", THINGS[item.thing])
    return comma(words, ", ".join(more)), scene


def film_it(source: Scene | Sound, rng: random.Random, held_phrase: bool = False, held: bool | None = False,
            asked: set[str] | None = None) -> tuple[str, Film]:
    """Words that ask for a film of what is shown or heard, and that film."""
    def one():
        free = ("colour", "motion", "background") if isinstance(source, Sound) else ("motion",)
        given = some(rng, *free, keep=0.7) if asked is None else asked
        film = plain_film(replace(sample_film(rng, None), thing=thing_of(source)), given)
        if isinstance(source, Scene):
            film = replace(film, colour=source.item.colour, background=source.background)
        return film, given
    film, given = seen(one, held)
    return comma(phrase(PHRASES["film_it"], rng, held_phrase).replace("T", THINGS[film.thing]), film_traits(film, given, rng)), film


def move_it(source: Scene | Film, rng: random.Random, held_phrase: bool = False) -> tuple[str, Film]:
    """Words that ask for another motion of what is shown, and the film of it."""
    motion = rng.randrange(len(MOTIONS))
    film = (replace(source, motion=motion) if isinstance(source, Film) else
            Film(source.item.thing, source.item.colour, motion, source.background))
    words = phrase(PHRASES["move_it"], rng, held_phrase).replace("T", THINGS[film.thing])
    return words.replace("M2", motion_verb(motion, rng)).replace("M", motion_words(motion, rng)), film


def change_sound(source: Sound, rng: random.Random, held_phrase: bool = False, held: bool | None = False) -> tuple[str, Sound]:
    """Words that ask for one change of a sound, and the changed sound."""
    def one():
        name = rng.choice(("pitch", "pace"))
        changed = replace(source, **{name: rng.choice([v for v in range(len(SOUND_ATTRIBUTES[name])) if v != getattr(source, name)])})
        return changed, name
    sound, name = seen(one, held)
    words = sound_words(sound, {name}, rng)
    step = sound.pitch - source.pitch
    if name == "pitch" and abs(step) == 1 and sound.pitch != PLAIN_PITCH and rng.random() < 0.3:
        words = "higher" if step > 0 else "lower"
    if name == "pace" and rng.random() < 0.3:
        words = "faster" if sound.pace > source.pace else "slower"
    return phrase(PHRASES["change_sound"], rng, held_phrase).replace("P", words), sound


def edit_film(source: Film, rng: random.Random, held_phrase: bool = False, held: bool | None = False) -> tuple[str, Film]:
    """Words that ask for one change of a film, and the changed film."""
    def one():
        name = rng.choice(tuple(FILM_ATTRIBUTES))
        return replace(source, **{name: rng.choice([v for v in range(len(FILM_ATTRIBUTES[name])) if v != getattr(source, name)])}), name
    film, name = seen(one, held)
    if name == "motion":
        words = phrase(PHRASES["move_it"], rng, held_phrase).replace("T", THINGS[film.thing])
        return words.replace("M2", motion_verb(film.motion, rng)).replace("M", motion_words(film.motion, rng)), film
    value = {"colour": lambda: rng.choice(("", "in ")) + COLOURS[film.colour], "thing": lambda: rng.choice(("as ", "")) + article(THINGS[film.thing]),
             "background": lambda: rng.choice(BACKGROUND_SYNONYMS[film.background])}[name]()
    return phrase(PHRASES["edit"], rng, held_phrase).replace("V", value).replace("draw", "film").replace("paint", "film"), film


def thing_of(subject: Subject) -> int:
    return subject.item.thing if isinstance(subject, Scene) else subject.thing


def sample_any(rng: random.Random, held: bool | None = False) -> Subject:
    return rng.choice((sample_scene, sample_sound, sample_film))(rng, held)


def crossing(rng: random.Random, source: Subject | None = None, held_phrase: bool = False, held: bool | None = False) -> tuple[Subject, str, Subject]:
    """Something given or made before, words that ask for another medium or a change, and what comes of it."""
    source = source or sample_any(rng)
    match source:
        case Scene():
            words, target = rng.choice((hear_it, hear_it, film_it, move_it))(source, rng, held_phrase)
        case Sound():
            words, target = rng.choice((draw_it, draw_it, film_it, film_it, change_sound, change_sound))(source, rng, held_phrase)
        case Film():
            words, target = rng.choice((hear_it, draw_it, draw_it, edit_film))(source, rng, held_phrase)
    return source, words, target


def turned(rng: random.Random) -> Dialogue:
    """One medium in, another out."""
    source, words, target = crossing(rng)
    return with_media(source, words, rng), made(target)


def heard_in_picture(rng: random.Random, held_phrase: bool = False, held: bool | None = False) -> tuple[Scene, Sound, str, Film]:
    """A picture and a sound: the film of what is heard in the picture's colour, on its background."""
    while True:
        scene, sound = sample_scene(rng), sample_sound(rng)
        film = Film(sound.thing, scene.item.colour, rng.randrange(len(MOTIONS)), scene.background)
        if held is None or film.held_out == held:
            break
    words = phrase(PHRASES["hear_in_picture"], rng, held_phrase)
    return scene, sound, words.replace("M", motion_words(film.motion, rng)), film


def both_given(rng: random.Random) -> Dialogue:
    scene, sound, words, film = heard_in_picture(rng)
    given = [Given(scene), Given(sound)]
    if rng.random() < 0.3:
        given.reverse()
    return user(*given, words), made(film)


def several(rng: random.Random, held_phrase: bool = False, held: bool | None = False, kind: str = "") -> tuple[str, tuple[Subject, ...]]:
    """A request for two or three media of one thing, and these."""
    kind = kind or rng.choice(("and_hear", "film_and_hear", "all_three", "all_three"))
    words = phrase(PHRASES[kind], rng, held_phrase)
    first: Scene | Film = sample_film(rng, held) if kind == "film_and_hear" else sample_scene(rng, held)
    words = words.replace("X", describe_film(first, set(FILM_ATTRIBUTES), rng) if isinstance(first, Film) else describe(first, set(ATTRIBUTES), rng))
    given = some(rng, "pitch", "pace") if kind != "all_three" and words[-1] != "?" and rng.random() < 0.5 else set()
    sound = plain_sound(replace(sample_sound(rng, None), thing=thing_of(first)), given)
    words = comma(words, sound_words(sound, given, rng))
    if kind != "all_three":
        return words, (first, sound)
    assert isinstance(first, Scene)
    film = Film(first.item.thing, first.item.colour, rng.randrange(len(MOTIONS)), first.background)
    return words.replace("M2", motion_verb(film.motion, rng)).replace("M", motion_words(film.motion, rng)), (first, sound, film)


def many(rng: random.Random) -> Dialogue:
    while True:
        words, subjects = several(rng)
        if not any(s.held_out for s in subjects):
            return user(words), made(*subjects)


def question_on(subject: Subject, rng: random.Random) -> tuple[str, str]:
    """A question on a picture, sound or film, and its answer."""
    match subject:
        case Scene():
            attribute = rng.choice(("caption", *ATTRIBUTES))
            return question(subject, attribute, rng) or "what is it?", answer(subject, attribute)
        case Sound():
            attribute = rng.choice(("caption", *SOUND_ATTRIBUTES))
            return sound_question(subject, attribute, rng) or "what is it?", sound_answer(subject, attribute)
        case Film():
            attribute = rng.choice(("caption", *FILM_ATTRIBUTES))
            return film_question(subject, attribute, rng) or "what is it?", film_answer(subject, attribute)


def ask_anything(rng: random.Random) -> tuple[str, Subject]:
    """A request for one picture, sound or film."""
    match rng.randrange(3):
        case 0:
            scene = sample_scene(rng)
            return request(scene, some_attributes(rng), rng), scene
        case 1:
            return sound_request(rng)
        case _:
            return film_request(rng)


def over_turns(rng: random.Random) -> Dialogue:
    """Something made on request, then changes of it, other media of it, or a question on it."""
    words, subject = ask_anything(rng)
    dialogue: Dialogue = (user(words), had(subject))
    while True:
        if rng.random() < 0.15:
            words, said = question_on(subject, rng)
            return *dialogue, user(words), assistant(said)
        if isinstance(subject, Scene) and rng.random() < 0.35:
            words, target = edit(subject, rng)
        else:
            _, words, target = crossing(rng, subject)
        if rng.random() < 0.75:
            return *dialogue, user(words), made(target)
        dialogue, subject = (*dialogue, user(words), had(target)), target


def changing(subject: Subject, words: str, change: str, changed: Subject, rng: random.Random) -> Dialogue:
    """Something that was asked for or sent, then one change of it."""
    if rng.random() < 0.3:
        return with_media(subject, change, rng), made(changed)
    return user(words), had(subject), user(change), made(changed)


def changing_film(rng: random.Random) -> Dialogue:
    """Of all dialogues these need the most of their own: a film's changes are told apart from those of a picture only by what came
    before."""
    words, film = film_request(rng)
    return changing(film, words, *edit_film(film, rng), rng)


def changing_sound(rng: random.Random) -> Dialogue:
    """Among all the talk over turns `slow please` is too rare to be heard."""
    words, sound = sound_request(rng)
    return changing(sound, words, *change_sound(sound, rng), rng)


def refused_media(rng: random.Random, held_out: bool = False) -> Dialogue:
    """A request for the sound or film of something outside the world, and the honest answer."""
    words, subject = (sound_request if rng.random() < 0.5 else film_request)(rng, held_out)
    return user(misnamed(words, subject.thing, rng, held_out)), assistant(ONLY_THINGS)


def nothing_given(rng: random.Random) -> Dialogue:
    """A question on a sound or film that was not sent."""
    if rng.random() < 0.5:
        return user(sound_question(sample_sound(rng), rng.choice(("pitch", "pace")), rng)), assistant(NO_SOUND)
    return user(film_question(sample_film(rng), "motion", rng)), assistant(NO_FILM)
