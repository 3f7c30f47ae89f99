"""What teaches two things apart: words and cells of each item are found, and looking at the wrong words costs."""
import random

import pytest
import torch
from conftest import BUNDLES

from toyworld.nets.condition import ConditionEncoder
from toyworld.nets.unet import UNet
from toyworld.train.binding import Binding, item_cells, item_roles, item_spans, looking_loss, telling_loss
from toyworld.world.captions import caption, noun_phrases
from toyworld.world.render import centre
from toyworld.world.scene import sample_two
from toyworld.world.tokenizer import ids, load

WORDS = load(BUNDLES / "generator-image/tokenizer/tokenizer.json")


@pytest.fixture(scope="module")
def scenes():
    rng = random.Random(0)
    return [sample_two(rng, None) for _ in range(60)]


def test_spans_are_the_items_words(scenes):
    for scene, spans in zip(scenes, item_spans(scenes, WORDS)):
        tokens = ids(WORDS, caption(scene))
        for which, phrase in enumerate(noun_phrases(scene), 1):
            said = [token for token, span in zip(tokens, spans.tolist()) if span == which]
            assert WORDS.decode(said).strip() == phrase


def test_each_item_lies_in_its_half(scenes):
    for scene, cells in zip(scenes, item_cells(scenes)):
        assert (cells == 1).sum() == (cells == 2).sum() == 128
        for which, item in enumerate(scene.items, 1):
            x, y = centre(item.place)
            assert cells[int(y) // 8, int(x) // 8] == which


def test_looking_at_the_others_words_costs():
    spans, cells = torch.tensor([[1] * 3 + [0] * 2 + [2] * 3 + [0] * 8]), torch.ones(1, 16, 16, dtype=torch.long)
    q, k = torch.ones(1, 256, 8), torch.zeros(1, 16, 8)
    assert looking_loss(q, k, 2, spans, cells).item() == pytest.approx(0.693, abs=1e-3)  # both alike
    k[:, :3] = 5
    assert looking_loss(q, k, 2, spans, cells) < 0.01 < 5 < looking_loss(q, k, 2, spans, 2 * cells)


def test_both_losses_reach_what_is_trained(scenes):
    torch.manual_seed(0)
    unet, tau = UNet(), ConditionEncoder(WORDS.get_vocab_size())
    binding = Binding(unet, scenes, torch.ones(len(scenes), 16, 16), WORDS)
    rows = [ids(WORDS, caption(scene)) for scene in scenes[:6]]
    condition = tau(torch.tensor([row + [0] * (16 - len(row)) for row in rows]))
    unet(torch.randn(6, 4, 16, 16), torch.full((6,), 500), condition)
    binding.loss(torch.arange(2, 5), torch.arange(2, 5), condition).backward()
    assert tau.words.weight.grad.abs().max() > 0
    assert all(layer.q.weight.grad.abs().max() > 0 for layer in binding.layers)


def test_telling_falls_when_words_tell(scenes):
    spans, roles = item_spans(scenes, WORDS), item_roles(scenes)
    tau = torch.randn(len(scenes), 16, 128, requires_grad=True)
    before = telling_loss(tau, spans, roles)
    before.backward()
    assert telling_loss(tau - 50 * tau.grad, spans, roles) < before / 2
