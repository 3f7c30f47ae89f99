"""What training does to media and to words, and the words that nobody knows."""
import random

import pytest
import torch

from toyworld.train.encoders import greyed, masked
from toyworld.train.language import SLIPS, with_slips
from toyworld.train.reader import Batch
from toyworld.world.picture_talk import invented
from toyworld.world.scene import COLOURS, THINGS


@pytest.mark.parametrize("shape", [(4, 3, 8, 8), (4, 5, 3, 8, 8)])
def test_grey_media_have_no_colour_and_each_its_own_mixture(shape: tuple[int, ...]) -> None:
    x = torch.rand(1, *shape[1:], generator=torch.Generator().manual_seed(1)).expand(shape)
    grey = greyed(x, torch.Generator().manual_seed(2))
    assert grey.shape == x.shape
    assert torch.equal(grey.amax(-3), grey.amin(-3))
    assert all((grey[0] - other).abs().max() > 0.01 for other in grey[1:])
    assert torch.all(grey.amax(-3) <= x.amax(-3) + 1e-6) and torch.all(grey.amin(-3) >= x.amin(-3) - 1e-6)


def test_masked_sounds_lose_a_band_and_a_stretch_and_nothing_else() -> None:
    x = torch.randn(16, 80, 200, generator=torch.Generator().manual_seed(1))
    after = masked(x, torch.Generator().manual_seed(2))
    silent = after == x.amin((1, 2), keepdim=True)
    bands, frames = silent.all(2).sum(1), silent.all(1).sum(1)
    assert 0 < bands.max() <= 12 and 0 < frames.max() <= 20
    kept = ~silent.all(2, keepdim=True) & ~silent.all(1, keepdim=True)
    assert torch.equal(after[kept], x[kept])


def test_an_invented_word_is_none_that_is_known_and_may_begin_with_a_vowel() -> None:
    rng = random.Random(1)
    words = {invented(rng) for _ in range(5_000)}
    assert not words & {*COLOURS, *THINGS}
    assert 0.2 < sum(word[0] in "aeiou" for word in words) / len(words) < 0.5


def test_slips_are_words_of_the_assistant_among_its_own_words() -> None:
    ids, kept = torch.arange(4000).view(40, 100), torch.ones(40, 100, dtype=torch.long)
    scored = (torch.arange(100) >= 50).expand(40, 100)
    slipped = with_slips(Batch(ids, kept, scored, {}, {}), torch.Generator().manual_seed(1))
    changed = slipped.ids != ids
    assert not changed[:, :50].any()
    assert abs(changed[:, 50:].float().mean() - SLIPS) < 0.03
    assert torch.isin(slipped.ids[changed], ids[scored]).all()
    assert torch.equal(slipped.scored, scored) and torch.equal(slipped.kept, kept)
