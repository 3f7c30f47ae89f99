"""Fits the linear maps of an input projector by ridge regression, so that each embedding tells its trait and nothing else."""
from __future__ import annotations

import torch
from torch import Tensor

from ..nets.projectors import InputProjector

RIDGE = 0.01  # in mean variances of what is gathered


@torch.no_grad()
def refit(see: InputProjector, features: Tensor, traits: list[list[tuple]]) -> None:
    """Maps what each query gathers from features [N, cells, 128] to the mean of this embedding over all media that share its trait.
    Gradient descent has no reason to map two media of one trait to one place as long as the backbone reads both: a pair of traits
    that was never seen then lies where the backbone has never read. Least squares put it beside the others."""
    gathered = torch.cat([see.gather(part.float()) for part in features.split(1000)])
    for k, found in enumerate(gathered.double().unbind(1)):
        told = [t[k] for t in traits]
        known = {trait: i for i, trait in enumerate(dict.fromkeys(told))}
        which = torch.tensor([known[t] for t in told])
        now = found @ see.weight[k].double() + see.bias[k].double()
        means = torch.stack([now[which == i].mean(0) for i in range(len(known))])
        at, to = found.mean(0), means[which].mean(0)
        x, y = found - at, means[which] - to
        ridge = RIDGE * x.pow(2).mean() * len(x) * torch.eye(x.shape[1], dtype=x.dtype)
        weight = torch.linalg.solve(x.T @ x + ridge, x.T @ y)
        see.weight[k].copy_(weight)
        see.bias[k].copy_(to - at @ weight)
