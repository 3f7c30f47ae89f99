"""Trains the decoder that mels of sounds are made with, on finished latents."""
from __future__ import annotations

import torch
from torch import Tensor

from ..nets.mel_vae import LATENT
from ..nets.vae import LatentDecoder
from .autoencoding import decoding_loss
from .common import Ema, done, finish, fit, log
from .mel_vae import encode_all, load_first, mels_of, reconstruct, sound_weight
from .sounds import held_sounds, widest_sounds

PART, STEPS, BATCH = "mel_decoder", 2000, 24
NOISE = 0.15


def train() -> None:
    mels = mels_of(widest_sounds())
    vae, _, std = load_first()
    latents = encode_all(vae, mels)
    torch.manual_seed(0)
    net = LatentDecoder(LATENT, 1).to(memory_format=torch.channels_last)
    ema = Ema(net, 0.998)

    def loss_of(step: int, g: torch.Generator) -> Tensor:
        index = torch.randint(len(mels), (BATCH,), generator=g)
        x = mels[index].float()
        return decoding_loss(net, latents[index], NOISE * std[:, None, None], x, sound_weight(x), g)

    fit(PART, net, loss_of, STEPS, peak=2e-3, ema=ema, betas=(0.9, 0.99))
    finish(PART, net=ema.net.state_dict())
    vae.decoder = ema.net.eval()
    x = mels_of(held_sounds()).float()
    log("mel decoder, mean error on held-out renders", round(float((reconstruct(vae, x) - x).abs().mean()), 4))


def main() -> None:
    if not done(PART):
        train()
