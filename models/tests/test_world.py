"""The world: deterministic pictures, held-out pairs and phrasings kept out, text that survives the tokenizer."""
import random

import numpy as np
from conftest import BUNDLES

from toyworld.world import picture_talk as talk
from toyworld.world.dialogue import sample_dialogue
from toyworld.world.film import FILM_ATTRIBUTES, HELD_OUT as HELD_OUT_FILMS, MOTIONS, Film, render_film, sample_film
from toyworld.world.media_talk import heard_in_picture, many, words_for
from toyworld.world.render import render
from toyworld.world.scene import ATTRIBUTES, COLOURS, HELD_OUT, THINGS, sample_scene, single
from toyworld.world.sequence import Encoder
from toyworld.world.sound import SOUND_ATTRIBUTES, sample_sound
from toyworld.world.tokenizer import SPECIAL, ids, load
from toyworld.world.turns import Given, Made, modality, user

tokenizer = load(BUNDLES / "backbone/tokenizer.json")


def test_pictures_are_deterministic():
    scene = single(3, 2, 8, 1, 1)
    a, b = (render(scene, np.random.default_rng((1, 2))) for _ in range(2))
    assert a.shape == (128, 128, 3) and a.dtype == np.uint8 and (a == b).all()
    assert (render(scene, np.random.default_rng((1, 3))) != a).any()


def test_held_out_pairs():
    assert len(HELD_OUT) == 12
    assert all((3 * thing + 1) % 8 == colour for thing, colour in HELD_OUT)


def test_training_dialogues_hold_nothing_out():
    rng = random.Random(0)
    held_frames = [frame.split("X")[0] for group in ("draw", "play", "film") for frame in talk.PHRASES[group]["held_out"]
                   if len(frame.split("X")[0]) > 8]
    for _ in range(5000):
        for turn in sample_dialogue(rng):
            for part in turn.parts:
                if isinstance(part, str):
                    assert not any(part.lower().startswith(frame) for frame in held_frames)
                else:
                    assert not part.subject.held_out


def test_held_out_scenes_are_held_out():
    rng = random.Random(0)
    assert all(sample_scene(rng, True).held_out and not sample_scene(rng, False).held_out for _ in range(200))


def test_tokenizer_round_trips():
    for text in ("draw a red bell", "  two  spaces\n", "Zürich, 日本 😀 \u200b", "<x> [y] </z>", "ÅNGSTRÖM's 100%", ""):
        assert tokenizer.decode(ids(tokenizer, text)) == text


def test_special_tokens():
    assert [tokenizer.token_to_id(t) for t in SPECIAL] == list(range(len(SPECIAL)))
    assert ids(tokenizer, "<s><|user|>[IMG0][AUD0][VID3]") == [1, 4, 12, 16, 23]


def test_words_of_the_world_are_single_tokens():
    for word in {w for table in (ATTRIBUTES, SOUND_ATTRIBUTES, FILM_ATTRIBUTES) for values in table.values()
                 for v in values for w in v.split()}:
        assert len(ids(tokenizer, word)) == 1 and len(ids(tokenizer, f" {word}")) == 1


def test_captions_fit_the_condition():
    rng = random.Random(0)
    for sample in (sample_scene, sample_sound, sample_film):
        assert max(len(ids(tokenizer, words_for(sample(rng, None)))) for _ in range(500)) <= 16


def test_sequences_follow_the_prompt_format():
    scene = single(THINGS.index("bell"), COLOURS.index("red"), 0, 0, 0)
    s = Encoder(tokenizer)((user(Given(scene), "draw this"), talk.drawn(scene)))
    text = tokenizer.decode(s.ids, skip_special_tokens=False)
    assert text == ("<s><|user|><Img><pad><pad><pad><pad></Img>draw this<|end|><|assistant|>here is a small red bell at the top "
                    "left by day[IMG0][IMG1][IMG2][IMG3]<|end|>")
    assert s.given[0][0] == 3 and s.ids[s.made[0][0]] == SPECIAL.index("[IMG0]")
    assert sum(s.scored) == len(ids(tokenizer, "here is a small red bell at the top left by day")) + 5


def test_films_are_deterministic_and_move_as_they_say():
    for motion, name in enumerate(MOTIONS):
        film = Film(11, 0, motion, 3)
        a, b = (render_film(film, np.random.default_rng((1, 2))) for _ in range(2))
        assert a.shape == (16, 64, 64, 3) and a.dtype == np.uint8 and (a == b).all()
        coloured = (a.astype(int).max(3) - a.min(3)) > 60
        rows, columns = np.mgrid[:64, :64]
        middle = lambda frame: (columns[frame].mean(), rows[frame].mean())
        (x0, y0), (x1, y1) = middle(coloured[0]), middle(coloured[-1])
        grown = coloured[-1].sum() / coloured[0].sum()
        match name:
            case "moving left": assert x1 < x0 - 15
            case "moving right": assert x1 > x0 + 15
            case "moving up": assert y1 < y0 - 15
            case "moving down": assert y1 > y0 + 15
            case "growing": assert grown > 2
            case "shrinking": assert grown < 0.5
            case "turning": assert (a[0] != a[4]).any() and abs(x1 - x0) < 3
            case "standing still": assert (a[0] == a[-1]).all()


def test_films_hold_out_the_pairs_of_pictures():
    rng = random.Random(0)
    assert HELD_OUT_FILMS == HELD_OUT
    assert all(sample_film(rng, True).held_out and not sample_film(rng, False).held_out for _ in range(200))


def test_several_media_of_one_answer_are_of_one_thing_and_in_order():
    rng = random.Random(0)
    for _ in range(300):
        _, answer = many(rng)
        subjects = [p.subject for p in answer.parts if isinstance(p, Made)]
        things = {s.item.thing if modality(s) == "image" else s.thing for s in subjects}
        assert 2 <= len(subjects) <= 3 and len(things) == 1
        assert [modality(s) for s in subjects] in (["image", "audio"], ["video", "audio"], ["image", "audio", "video"])


def test_a_sound_in_a_picture_gives_the_thing_and_the_picture_the_colour():
    rng = random.Random(0)
    for _ in range(100):
        scene, sound, words, film = heard_in_picture(rng)
        assert (film.thing, film.colour, film.background) == (sound.thing, scene.item.colour, scene.background)
        assert "M" not in words
