"""Trains the decoder that films are drawn with: the picture's goes on with films only, and half of them turn."""
from __future__ import annotations

import torch
from torch import Tensor

from ..nets.vae import LatentDecoder
from .autoencoding import decoding_loss
from .common import Ema, done, finish, fit, log, result
from .film import latents_and_masks
from .films import FRAMES, held_films, train_films
from .vae import load_first, load_vae, reconstruct, thing_weight

PART, STEPS, NOISE = "film_decoder", 2000, 0.15
COUNTS = (24, 24)  # frames of any motion, and of those that turn: a shape has to be known from every side


def train() -> None:
    films, (vae, _, std) = train_films(), load_first()
    latents, _, film_mean, film_std = latents_and_masks(films)
    net = LatentDecoder().to(memory_format=torch.channels_last)
    net.load_state_dict(result("decoder")["net"])
    ema = Ema(net, 0.998)

    def loss_of(step: int, g: torch.Generator) -> Tensor:
        index = films.draw(COUNTS, g)
        frame = int(torch.randint(FRAMES, (1,), generator=g))
        z = latents[index][:, :, frame] * film_std[:, None, None] + film_mean[:, None, None]
        x = films.batch(index, [frame])[:, 0] * 2 - 1
        return decoding_loss(net, z, NOISE * std[:, None, None], x, thing_weight(x), g)

    fit(PART, net, loss_of, STEPS, peak=1e-3, ema=ema, betas=(0.9, 0.99))
    finish(PART, net=ema.net.state_dict())
    held = held_films()
    x = held.batch(held.turning)[:, 0::2].flatten(0, 1)
    for name in ("decoder", PART):
        vae = load_vae(name)[0]
        log(name, "squared error on held-out films that turn", round(float((reconstruct(vae, x) - x).pow(2).mean()), 5))


def main() -> None:
    if not done(PART):
        train()
