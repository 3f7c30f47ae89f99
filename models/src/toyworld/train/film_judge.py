"""Trains the judge of films on renders (noise and blur added), then measures it on renders and on reconstructions."""
from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from ..nets.film_judge import LOOKS, FilmJudge
from ..world.film import FILM_ATTRIBUTES
from .common import done, finish, fit, log, result
from .films import held_films, judge_films, seen_films
from .judge import read
from .vae import load_vae, reconstruct

PART, STEPS, BATCH = "film_judge", 800, 64


def train() -> None:
    films = judge_films()
    torch.manual_seed(0)
    judge = FilmJudge()

    def loss_of(step: int, g: torch.Generator) -> Tensor:
        index = torch.randint(len(films.films), (BATCH,), generator=g)
        x = films.batch(index, LOOKS)
        if step % 3 == 0:
            x = F.avg_pool2d(x.flatten(0, 1), 3, 1, 1, count_include_pad=False).view(x.shape)
        x = x + torch.randn(x.shape, generator=g) * torch.rand(1, generator=g) * 0.06
        return sum(F.cross_entropy(logits, films.labels[index, h]) for h, logits in enumerate(judge.read(x)))

    fit(PART, judge, loss_of, STEPS, peak=2e-3, weight_decay=0.02, betas=(0.9, 0.999))
    judge.eval()
    vae, _, _ = load_vae("film_decoder")
    for films in (held_films(), seen_films()):
        x = films.batch(torch.arange(len(films.films)))
        log("film judge on renders", report(judge, x, films.labels))
        again = reconstruct(vae, x.flatten(0, 1)).view(x.shape)
        log("film judge on reconstructions", report(judge, again, films.labels))
    finish(PART, net=judge.state_dict())


@torch.no_grad()
def report(judge: FilmJudge, x: Tensor, labels: Tensor) -> dict[str, float]:
    """The share read right: per attribute, thing and colour and motion, and all four."""
    right = read(judge, x, 64) == labels
    shares = {name: right[:, h] for h, name in enumerate(FILM_ATTRIBUTES)} | {"three": right[:, :3].all(1), "all": right.all(1)}
    return {name: round(float(v.float().mean()), 3) for name, v in shares.items()}


def load_film_judge() -> FilmJudge:
    judge = FilmJudge().eval().requires_grad_(False)
    judge.load_state_dict(result(PART)["net"])
    return judge


def main() -> None:
    if not done(PART):
        train()
