"""The world: deterministic pictures, held-out pairs and phrasings kept out, text that survives the tokenizer."""
import random

import numpy as np
from conftest import BUNDLES

from toyworld.world import dialogue as talk
from toyworld.world.captions import caption
from toyworld.world.render import render
from toyworld.world.scene import ATTRIBUTES, COLOURS, HELD_OUT, THINGS, sample_scene, single
from toyworld.world.sequence import Encoder
from toyworld.world.tokenizer import SPECIAL, ids, load

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
    held_frames = [frame.split("X")[0] for frame in talk.PHRASES["draw"]["held_out"] if len(frame.split("X")[0]) > 8]
    for _ in range(3000):
        for turn in talk.sample_dialogue(rng):
            for part in turn.parts:
                if isinstance(part, str):
                    assert not any(part.lower().startswith(frame) for frame in held_frames)
                else:
                    assert not part.scene.held_out


def test_held_out_scenes_are_held_out():
    rng = random.Random(0)
    assert all(sample_scene(rng, True).held_out and not sample_scene(rng, False).held_out for _ in range(200))


def test_tokenizer_round_trips():
    for text in ("draw a red bell", "  two  spaces\n", "Zürich, 日本 😀 \u200b", "<x> [y] </z>", "ÅNGSTRÖM's 100%", ""):
        assert tokenizer.decode(ids(tokenizer, text)) == text


def test_special_tokens():
    assert [tokenizer.token_to_id(t) for t in SPECIAL] == list(range(len(SPECIAL)))
    assert ids(tokenizer, "<s><|user|>[IMG0]") == [1, 4, 8]


def test_words_of_the_world_are_single_tokens():
    for word in {w for values in ATTRIBUTES.values() for v in values for w in v.split()}:
        assert len(ids(tokenizer, word)) == 1 and len(ids(tokenizer, f" {word}")) == 1


def test_captions_fit_the_condition():
    rng = random.Random(0)
    assert max(len(ids(tokenizer, caption(sample_scene(rng, None)))) for _ in range(500)) <= 16


def test_sequences_follow_the_prompt_format():
    scene = single(THINGS.index("bell"), COLOURS.index("red"), 0, 0, 0)
    s = Encoder(tokenizer)((talk.user(talk.Picture(scene), "draw this"), talk.drawn(scene)))
    text = tokenizer.decode(s.ids, skip_special_tokens=False)
    assert text == ("<s><|user|><Img><pad><pad><pad><pad></Img>draw this<|end|><|assistant|>here is a small red bell at the top "
                    "left by day[IMG0][IMG1][IMG2][IMG3]<|end|>")
    assert s.pictures[0][0] == 3 and s.ids[s.drawings[0][0]] == SPECIAL.index("[IMG0]")
    assert sum(s.scored) == len(ids(tokenizer, "here is a small red bell at the top left by day")) + 5
