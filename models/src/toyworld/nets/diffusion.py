"""The noise schedule (diffusers' squaredcos_cap_v2 with 1000 steps) and DDIM sampling with trailing timesteps."""
from __future__ import annotations

import math
from typing import Callable

import torch
from torch import Tensor

STEPS = 1000
FEW_STEPS = 2  # of the distilled picture generator, which takes no guidance; all else has these
GUIDANCE = {"image": 1.75, "audio": 5.0, "video": 3.0}


def alphas_cumprod() -> Tensor:
    bar = lambda t: math.cos((t + 0.008) / 1.008 * math.pi / 2) ** 2
    betas = [min(1 - bar((i + 1) / STEPS) / bar(i / STEPS), 0.999) for i in range(STEPS)]
    return torch.cumprod(1 - torch.tensor(betas, dtype=torch.float32), 0)


# At [t + 1] what timestep t keeps of the sample: all of it before the first one.
_KEPT = torch.cat([torch.ones(1), alphas_cumprod()])


def parts(t: Tensor, dimensions: int) -> tuple[Tensor, Tensor]:
    """How much of the sample and of noise there is at timesteps [B] of -1 … 999, for samples of so many dimensions."""
    kept = _KEPT.to(t.device)[t + 1].view(-1, *[1] * (dimensions - 1))
    return kept.sqrt(), (1 - kept).sqrt()


def add_noise(x: Tensor, noise: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
    """The noisy sample at t, and the v that belongs to it."""
    a, s = parts(t, x.dim())
    return a * x + s * noise, a * noise - s * x


def step(x: Tensor, v: Tensor, t: Tensor, until: Tensor) -> Tensor:
    """One DDIM step of samples between timesteps [B]."""
    (a, s), (a_next, s_next) = parts(t, x.dim()), parts(until, x.dim())
    return a_next * (a * x - s * v) + s_next * (a * v + s * x)


def timesteps(steps: int) -> list[int]:
    return [round(STEPS - i * STEPS / steps) - 1 for i in range(steps)]


@torch.no_grad()
def guided_step(denoise: Callable[[Tensor, Tensor, Tensor], Tensor], x: Tensor, t: Tensor, until: Tensor, condition: Tensor,
                negative: Tensor, guidance: float) -> Tensor:
    """One DDIM step with classifier-free guidance against `negative`."""
    both = torch.cat([negative.expand_as(condition), condition])
    v_negative, v = denoise(torch.cat([x, x]), torch.cat([t, t]), both).chunk(2)
    return step(x, v_negative + guidance * (v - v_negative), t, until)


def ddim(denoise: Callable[[Tensor, Tensor, Tensor], Tensor], noise: Tensor, condition: Tensor, negative: Tensor,
         guidance: float = GUIDANCE["image"], steps: int = 20) -> Tensor:
    """Latents for a condition [B, 16, 128], with classifier-free guidance against `negative`."""
    x = noise
    for at in timesteps(steps):
        t = torch.full((len(x),), at)
        x = guided_step(denoise, x, t, t - STEPS // steps, condition, negative, guidance)
    return x
