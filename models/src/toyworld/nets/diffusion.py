"""The noise schedule (diffusers' squaredcos_cap_v2 with 1000 steps) and DDIM sampling with trailing timesteps."""
from __future__ import annotations

import math
from typing import Callable

import torch
from torch import Tensor

STEPS = 1000
GUIDANCE = {"image": 1.75, "audio": 5.0, "video": 3.0}


def alphas_cumprod() -> Tensor:
    bar = lambda t: math.cos((t + 0.008) / 1.008 * math.pi / 2) ** 2
    betas = [min(1 - bar((i + 1) / STEPS) / bar(i / STEPS), 0.999) for i in range(STEPS)]
    return torch.cumprod(1 - torch.tensor(betas, dtype=torch.float32), 0)


ALPHAS = alphas_cumprod()


def add_noise(x: Tensor, noise: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
    """The noisy sample at t, and the v that belongs to it."""
    of_sample = (-1, *[1] * (x.dim() - 1))
    a, s = ALPHAS[t].sqrt().view(of_sample), (1 - ALPHAS[t]).sqrt().view(of_sample)
    return a * x + s * noise, a * noise - s * x


def timesteps(steps: int) -> list[int]:
    return [round(STEPS - i * STEPS / steps) - 1 for i in range(steps)]


@torch.no_grad()
def ddim(denoise: Callable[[Tensor, Tensor, Tensor], Tensor], noise: Tensor, condition: Tensor, negative: Tensor,
         guidance: float = GUIDANCE["image"], steps: int = 20) -> Tensor:
    """Latents for a condition [B, 16, 128], with classifier-free guidance against `negative`."""
    x, both = noise, torch.cat([negative.expand_as(condition), condition])
    for t in timesteps(steps):
        v_negative, v = denoise(torch.cat([x, x]), torch.full((2 * len(x),), t), both).chunk(2)
        v = v_negative + guidance * (v - v_negative)
        previous = t - STEPS // steps
        a, a_next = ALPHAS[t], ALPHAS[previous] if previous >= 0 else torch.tensor(1.0)
        start = a.sqrt() * x - (1 - a).sqrt() * v
        eps = a.sqrt() * v + (1 - a).sqrt() * x
        x = a_next.sqrt() * start + (1 - a_next).sqrt() * eps
    return x
