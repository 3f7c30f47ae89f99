"""Goes on with the picture denoiser and τ: on pictures of two things too, and on colours that have no name."""
from __future__ import annotations

import random
from typing import Callable

import numpy as np
import torch
from torch import Tensor

from ..world.captions import caption, partial_caption
from ..world.render import alone
from ..world.scene import COLOURS, THINGS, Scene
from .autoencoding import normalised
from .binding import Binding
from .common import WORK, Ema, done, finish, fit, log
from .denoising import denoising_loss, of_each, some_words
from .judge import read
from .picture import PARTIAL, THING_WEIGHT, Gate, Painter, caption_ids, load_painter, thing_masks
from .pictures import Pictures, held_of_two, pictures_between, pictures_of_two, train_pictures
from .tokenizer import tokenizer_of
from .vae import encode_all, load_vae

PART, STEPS, MIXED = "two_things", 600, 0.5
COUNTS = (20, 24, 20)  # of one thing, of two, of one in a colour without a name: in each batch
COLOUR_AT, THING_AT = 2, 3  # where τ reads them in a whole caption of one thing


def latents_of(name: str, pictures: Pictures) -> Tensor:
    """Latents, computed once."""
    path = WORK / f"latents-{name}.pt"
    if not path.exists():
        vae, mean, std = load_vae()
        torch.save(normalised(encode_all(vae, pictures), mean, std), path)
        log("encoded the pictures", name)
    return torch.load(path, weights_only=True)


def mixed(tau: Callable[[Tensor], Tensor], told: Tensor, scenes: list[Scene], g: torch.Generator) -> Tensor:
    """Conditions of whole captions, of which the words for thing and colour come from captions with another colour and another
    thing: each tells its own trait, and nothing of a pair. No caption of a held-out pair is read."""
    def other(trait: str, values: int) -> Tensor:
        changed = [s.with_(**{trait: v}) for s, v in zip(scenes, torch.randint(values, (len(scenes),), generator=g).tolist())]
        return tau(caption_ids([caption(s if c.held_out else c) for s, c in zip(scenes, changed)]))

    out, recoloured, renamed = told.clone(), other("colour", len(COLOURS)), other("thing", len(THINGS))
    out[:, COLOUR_AT] = renamed[:, COLOUR_AT]
    for row, scene in enumerate(scenes):
        last = THING_AT + len(THINGS[scene.item.thing].split())
        out[row, THING_AT:last] = recoloured[row, THING_AT:last]
    return out


def train() -> None:
    one, two, between = train_pictures(), pictures_of_two(), pictures_between()
    latents = torch.cat([torch.load(WORK / "latents.pt", weights_only=True), latents_of("two", two),
                         latents_of("between", between.pictures)])
    masks = torch.cat([thing_masks(one), thing_masks(two), thing_masks(between.pictures)])
    scenes, rng = one.scenes + two.scenes + between.pictures.scenes, random.Random(12)
    ends = len(one.scenes), len(one.scenes) + len(two.scenes), len(scenes)
    full, other = (caption_ids([caption(s) for s in these]) for these in (scenes, between.others))
    partial = caption_ids([partial_caption(s, rng, 0.4) for s in scenes])
    net = load_painter().train().requires_grad_(True)
    ema = Ema(net, 0.995)
    gates = Gate(192), GateOfTwo()
    binding = Binding(net.unet, two.scenes, masks[ends[0]:ends[1], 0], tokenizer_of("picture"))

    def loss_of(step: int, g: torch.Generator) -> Tensor:
        index = of_each(ends, COUNTS, g)
        words = some_words(full[index], partial[index], PARTIAL, g)
        whole = (words == full[index]).all(1)
        tau, unnamed = net.tau(words), index[-COUNTS[2]:]
        first = slice(COUNTS[0])
        some = whole[first] & (torch.rand(COUNTS[0], generator=g) < MIXED)
        tau = torch.cat([torch.where(some[:, None, None], mixed(net.tau, tau[first], [scenes[i] for i in index[first].tolist()], g), tau[first]),
                         tau[COUNTS[0]:-COUNTS[2]],
                         net.tau(full[unnamed]).lerp(net.tau(other[unnamed - ends[1]]), between.shares[unnamed - ends[1], None, None])])
        loss = denoising_loss(net.unet, latents[index], tau, 1 + THING_WEIGHT * masks[index], g)
        pairs = (whole & (index >= ends[0]) & (index < ends[1])).nonzero()[:, 0]
        return loss + binding.loss(index[pairs] - ends[0], pairs, tau)

    def watch(step: int) -> None:
        if step % 200 == 0:
            for gate in gates:
                gate(ema.net, step)

    fit(PART, net, loss_of, STEPS, peak=8e-4, ema=ema, save_every=100, watch=watch)
    finish(PART, net=ema.net.state_dict())


class GateOfTwo(Gate):
    """The same for pictures of two things, each of which the judge reads alone."""

    def __init__(self, count: int = 96, **sampled: float):
        super().__init__(count, held_of_two(), **sampled)

    @torch.no_grad()
    def __call__(self, net: Painter, step: object) -> None:
        x = self.draw(net, net.tau(caption_ids([caption(s) for s in self.scenes])))
        self.report(x, step)
        self.keep(x, f"two-{step}")

    def report(self, x: Tensor, step: object) -> None:
        pictures = (x.permute(0, 2, 3, 1).numpy() * 255).round().astype(np.uint8)
        right = torch.ones(len(x), dtype=torch.bool)
        for k in range(2):
            items = [scene.items[k] for scene in self.scenes]
            halves = np.stack([alone(picture, item.place) for picture, item in zip(pictures, items)])
            guess = read(self.judge, torch.from_numpy(halves).permute(0, 3, 1, 2).float() / 255)
            hits = guess[:, :3] == torch.tensor([(i.thing, i.colour, i.place) for i in items])
            log("gate of two at", step, "thing, colour, place:", [round(float(h), 3) for h in hits.float().mean(0)])
            right &= hits.all(1)
        log("gate of two at", step, "both right", round(float(right.float().mean()), 3))


def main() -> None:
    if not done(PART):
        train()
