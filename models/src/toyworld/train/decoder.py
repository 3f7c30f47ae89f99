"""Trains the decoder that pictures are drawn with, on finished latents."""
from __future__ import annotations

import torch
from torch import Tensor

from ..nets.vae import LatentDecoder
from ..world.render import SIDE, centre
from .autoencoding import decoding_loss
from .common import WORK, Ema, done, finish, fit, log
from .film import latents_and_masks
from .films import train_films
from .pictures import Pictures, held_pictures, train_pictures
from .vae import load_first, reconstruct, thing_weight

PART, STEPS = "decoder", 3000
CROPS, FRAMES = 32, 16
CELL, CELLS = 8, 8  # pixels a latent cell, and cells a crop
NOISE = 0.15


def crops(pictures: Pictures, latents: Tensor, g: torch.Generator) -> tuple[Tensor, Tensor]:
    """Latents [N, 4, 8, 8] around the thing, and what is drawn there [N, 3, 64, 64] in [0, 1]."""
    index = torch.randint(len(pictures.scenes), (CROPS,), generator=g)
    shifts = torch.randint(-2, 3, (CROPS, 2), generator=g).tolist()
    cut, drawn = [], []
    for i, shift, picture in zip(index.tolist(), shifts, pictures.batch(index)):
        column, row = (min(max(int(c) // CELL - CELLS // 2 + d, 0), SIDE // CELL - CELLS)
                       for c, d in zip(centre(pictures.scenes[i].items[0].place), shift))
        cut.append(latents[i, :, row:row + CELLS, column:column + CELLS])
        drawn.append(picture[:, row * CELL:(row + CELLS) * CELL, column * CELL:(column + CELLS) * CELL])
    return torch.stack(cut), torch.stack(drawn)


def train() -> None:
    """Crops of pictures and frames of films."""
    pictures, films = train_pictures(), train_films()
    vae, mean, std = load_first()
    raw = lambda z, m, s: z * s[:, None, None] + m[:, None, None]
    latents = torch.load(WORK / "latents.pt", weights_only=True)
    film_latents, _, film_mean, film_std = latents_and_masks(films)
    torch.manual_seed(0)
    net = LatentDecoder().to(memory_format=torch.channels_last)
    ema = Ema(net, 0.998)

    def loss_of(step: int, g: torch.Generator) -> Tensor:
        z, x = crops(pictures, latents, g)
        index, frame = torch.randint(len(films.films), (FRAMES,), generator=g), int(torch.randint(16, (1,), generator=g))
        z = torch.cat([raw(z, mean, std), raw(film_latents[index][:, :, frame], film_mean, film_std)])
        x = torch.cat([x, films.batch(index, [frame])[:, 0]]) * 2 - 1
        return decoding_loss(net, z, NOISE * std[:, None, None], x, thing_weight(x), g)

    fit(PART, net, loss_of, STEPS, peak=2e-3, ema=ema, betas=(0.9, 0.99))
    finish(PART, net=ema.net.state_dict())
    vae.decoder = ema.net.eval()
    held = held_pictures()
    x = held.batch(torch.arange(len(held.scenes)))
    log("decoder psnr on held-out renders", round(float(-10 * torch.log10((reconstruct(vae, x) - x).pow(2).mean())), 2))


def main() -> None:
    if not done(PART):
        train()
