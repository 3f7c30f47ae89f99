"""Projectors in closed form: a trait is told the same way whatever else a medium shows."""
import torch

from toyworld.nets.projectors import InputProjector
from toyworld.train.refitting import refit

THINGS, COLOURS, CELLS, WIDTH = 6, 5, 4, 128
HELD_OUT = 2, 3


def features(pairs, g):
    """Cells that show a thing and a colour, each along a direction of its own, in some noise."""
    directions = torch.randn(THINGS + COLOURS, WIDTH, generator=torch.Generator().manual_seed(1))
    shown = torch.stack([directions[t] + directions[THINGS + c] for t, c in pairs])
    return shown[:, None] + 0.05 * torch.randn(len(pairs), CELLS, WIDTH, generator=g)


def test_a_pair_that_was_never_seen_is_told_like_any_other():
    g = torch.Generator().manual_seed(0)
    seen = [(t, c) for t in range(THINGS) for c in range(COLOURS) if (t, c) != HELD_OUT] * 20
    torch.manual_seed(0)
    see = InputProjector(2)
    before = see(features(seen, g))
    refit(see, features(seen, g).half(), [[("thing", t), ("colour", c)] for t, c in seen])
    after, told = see(features(seen, g)), see(features([HELD_OUT], g))[0]
    for k, value in enumerate(HELD_OUT):
        same = torch.tensor([pair[k] == value for pair in seen])
        mean, spread = before[same, k].mean(0), before[:, k].std(0).norm()
        assert before[same, k].std(0).norm() > 0.4 * spread  # the other trait was told too
        assert after[same, k].std(0).norm() < 0.1 * spread
        assert (told[k] - mean).norm() < 0.1 * spread
