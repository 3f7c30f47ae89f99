"""What the denoisers of pictures, sounds and films train alike."""
from __future__ import annotations

import torch
from torch import Tensor, nn

from ..nets.diffusion import STEPS as TIMESTEPS, add_noise
from .common import Ema

EMPTY, NOISE = 0.1, 0.1  # the share of empty captions; noise on the condition


def freeze_condition(net: nn.Module, ema: Ema) -> None:
    """τ stands still from here on, as the average that was reached, so that the language side can build on it."""
    if next(net.tau.parameters()).requires_grad:
        net.tau.load_state_dict(ema.net.tau.state_dict())
        net.tau.requires_grad_(False)


def of_each(ends: tuple[int, ...], counts: tuple[int, ...], g: torch.Generator) -> Tensor:
    """Random indices of media that lie one kind after another and end there: so many of each kind."""
    return torch.cat([torch.randint(begin, end, (count,), generator=g) for begin, end, count in zip((0, *ends), ends, counts)])


def some_words(full: Tensor, partial: Tensor, share: float, g: torch.Generator) -> Tensor:
    """Each row's caption, in that share of rows the one that leaves something out, in some rows none."""
    dice = torch.rand(len(full), 1, generator=g)
    return torch.where(dice < EMPTY + share, partial, full) * (dice >= EMPTY)


def denoising_loss(unet: nn.Module, x: Tensor, condition: Tensor, weight: Tensor, g: torch.Generator, noise: float = NOISE) -> Tensor:
    """The weighted error of v at a random timestep of each row."""
    # Noise on the condition: what the output projector makes is close to τ, never equal to it.
    condition = condition + noise * torch.randn(condition.shape, generator=g)
    t = torch.randint(TIMESTEPS, (len(x),), generator=g)
    noisy, v = add_noise(x, torch.randn(x.shape, generator=g), t)
    return ((unet(noisy, t, condition) - v).pow(2) * weight).mean() / weight.mean()
