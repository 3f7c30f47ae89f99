"""Two things in a picture: what is held out, how it is said, and how each is judged by itself."""
import random

import numpy as np
from conftest import BUNDLES

from toyworld.world import picture_talk as talk
from toyworld.world.captions import caption, partial_caption
from toyworld.world.render import COLOUR_RGB, alone, between_colours, render, render_between
from toyworld.world.scene import HELD_OUT, HELD_OUT_TOGETHER, THINGS, Item, Scene, labelled, sample_scene, sample_two
from toyworld.world.tokenizer import ids, load

SMALL, BY_DAY = 0, 0


def two(*items: tuple[int, int, int]) -> Scene:
    return Scene(tuple(Item(*item, SMALL) for item in items), BY_DAY)


def test_things_held_out_together():
    assert len(HELD_OUT_TOGETHER) == 9
    assert {thing for pair in HELD_OUT_TOGETHER for thing in pair} == set(range(len(THINGS)))


def test_held_out_scenes_are_held_out():
    rng = random.Random(0)
    for _ in range(300):
        seen, held = sample_two(rng, False), sample_two(rng, True)
        assert frozenset(i.thing for i in seen.items) not in HELD_OUT_TOGETHER
        assert not any((i.thing, i.colour) in HELD_OUT for i in seen.items)
        assert held.held_out and not seen.held_out
        assert len({(i.thing, i.colour) for i in seen.items}) == 2


def test_labels_name_a_scene():
    rng = random.Random(0)
    for sample in (sample_scene, sample_two):
        scene = sample(rng)
        assert labelled(scene.labels()) == scene


def test_the_relation_is_where_the_first_is_seen_from_the_second():
    red_bell, blue_drum = (0, 0), (1, 5)
    captions = {caption(two((*red_bell, a), (*blue_drum, b))) for a, b in ((3, 5), (5, 3), (1, 7), (7, 1))}
    assert captions == {f"a red bell {relation} a blue drum by day" for relation in ("left of", "right of", "above", "below")}


def test_captions_fit_the_condition():
    rng, words = random.Random(0), load(BUNDLES / "generator-image/tokenizer/tokenizer.json")
    assert max(len(ids(words, caption(sample_two(rng, None)))) for _ in range(1000)) <= 16


def test_a_partial_caption_keeps_things_and_relation():
    scene = two((0, 0, 3), (1, 5, 5))
    assert partial_caption(scene, random.Random(0), 1.0) == "a bell left of a drum"
    assert partial_caption(scene, random.Random(0), 0.0) == caption(scene)


def test_requests_name_both_things_and_answers_say_their_relation():
    rng = random.Random(0)
    for _ in range(500):
        asked, answer = talk.drawing_two(rng)
        scene = answer.parts[1].subject
        assert all(THINGS[item.thing] in asked.parts[0] for item in scene.items)
        assert answer.parts[0] == f"here is {caption(scene)}"


def test_one_unknown_of_two_is_refused():
    rng = random.Random(0)
    for _ in range(300):
        _, answer = talk.refused_two(rng)
        assert answer.parts in ((talk.ONLY_THINGS,), (talk.ONLY_COLOURS,))


def test_each_thing_can_be_seen_alone():
    rng = random.Random(0)
    for i in range(40):
        scene = sample_two(rng, None)
        picture = render(scene, np.random.default_rng(i))
        for item in scene.items:
            only = render(Scene((), scene.background), np.random.default_rng(i))
            left = np.abs(alone(picture, item.place).astype(int) - only).max(2) > 12
            right = np.abs(picture.astype(int) - only).max(2) > 12
            rows, columns = np.nonzero(right & ~left)
            assert left.any() and len(rows)
            x, y = 32 + 32 * (item.place % 3), 32 + 32 * (item.place // 3)
            assert np.hypot(columns - x, rows - y).min() > 30  # what was painted over is the other thing


def test_colours_between_have_no_name_nearby():
    rng = random.Random(0)
    for _ in range(300):
        first, second, share = between_colours(rng)
        mixture = (1 - share) * COLOUR_RGB[first] + share * COLOUR_RGB[second]
        assert np.linalg.norm(COLOUR_RGB - mixture, axis=1).min() > 0.2


def test_a_picture_between_two_colours_is_drawn_in_their_mixture():
    scene = Scene((Item(11, 0, 4, 1),), BY_DAY)  # a large red star; its middle is plain
    middle = [render_between(scene, 5, share, np.random.default_rng(1))[64, 64].astype(float) for share in (0.0, 0.5, 1.0)]
    assert np.abs(middle[1] - (middle[0] + middle[2]) / 2).max() < 2
    assert np.abs(middle[0] - middle[2]).max() > 100
