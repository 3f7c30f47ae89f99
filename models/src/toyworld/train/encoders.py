"""Trains the picture encoder and the text tower: contrastive, with the attributes read from the features as a help."""
from __future__ import annotations

import random

import torch
import torch.nn.functional as F
from torch import Tensor

from ..nets.encoders import TEXT_LENGTH, ImageEncoder, JointEncoders, TextTower
from ..nets.judge import HEADS
from ..world.captions import caption, describe, roughen
from ..world.scene import ATTRIBUTES
from ..world.tokenizer import ids
from .common import WORK, Ema, done, finish, fit, log, result
from .pictures import held_pictures, train_pictures
from .tokenizer import tokenizer

PART, STEPS, BATCH = "encoders", 650, 64


def text_batch(texts: list[str]) -> tuple[Tensor, Tensor]:
    rows = [ids(tokenizer(), t)[:TEXT_LENGTH] for t in texts]
    length = max(map(len, rows))
    return (torch.tensor([r + [0] * (length - len(r)) for r in rows]),
            torch.tensor([[1] * len(r) + [0] * (length - len(r)) for r in rows]))


def roughened(x: Tensor, g: torch.Generator) -> Tensor:
    """Blur and noise now and then: generated pictures are never as clean as renders."""
    dice = torch.rand(2, generator=g)
    if dice[0] < 0.3:
        x = F.avg_pool2d(x, 3, 1, 1, count_include_pad=False)
    return x + torch.randn(x.shape, generator=g) * dice[1] * 0.05


def train() -> None:
    pictures = train_pictures()
    torch.manual_seed(0)
    net = JointEncoders(tokenizer().get_vocab_size(), HEADS)
    ema = Ema(net, 0.995)

    def loss_of(step: int, g: torch.Generator) -> Tensor:
        index = torch.randint(len(pictures.scenes), (BATCH,), generator=g)
        rng = random.Random(step)
        scenes = [pictures.scenes[i] for i in index.tolist()]
        texts = [caption(s) if rng.random() < 0.6 else roughen(describe(s, set(ATTRIBUTES), rng), rng) for s in scenes]
        x = roughened(pictures.batch(index), g) * 2 - 1
        with torch.autocast("cpu", torch.bfloat16):
            loss, logits = net(x, *text_batch(texts))
        return loss + sum(F.cross_entropy(l, pictures.labels[index, h]) for h, l in enumerate(logits))

    fit(PART, net, loss_of, STEPS, peak=1.5e-3, ema=ema, weight_decay=0.02)
    finish(PART, net=ema.net.state_dict())
    measure(ema.net)


@torch.no_grad()
def measure(net: JointEncoders) -> None:
    held = held_pictures()
    x = held.batch(torch.arange(len(held.scenes))) * 2 - 1
    features, image = net.image(x)
    captions = [caption(s) for s in held.scenes]
    unique = sorted(set(captions))
    best = (image @ net.text(*text_batch(unique)).T).argmax(1)
    right = sum(unique[b] == c for b, c in zip(best.tolist(), captions)) / len(captions)
    log("retrieval R@1 over", len(unique), "captions of held-out pairs:", round(right, 3))
    weight = (features @ net.query).softmax(1)
    logits = net.read((features * weight[:, :, None]).sum(1)).split(net.heads, 1)
    shares = {n: round(float((l.argmax(1) == held.labels[:, h]).float().mean()), 3)
              for h, (n, l) in enumerate(zip(ATTRIBUTES, logits))}
    log("attributes read on held-out pairs:", shares)


def load_encoders() -> tuple[ImageEncoder, TextTower]:
    net = JointEncoders(tokenizer().get_vocab_size(), HEADS).eval().requires_grad_(False)
    net.load_state_dict(result(PART)["net"])
    return net.image, net.text


def features() -> Tensor:
    """The encoder's features of all training pictures, fp16 [N, 64, 128], computed once."""
    path = WORK / "features.pt"
    if not path.exists():
        encoder, _ = load_encoders()
        pictures = train_pictures()
        n = len(pictures.scenes)
        with torch.no_grad():
            rows = [encoder(pictures.batch(torch.arange(i, min(n, i + 250))) * 2 - 1)[0].half() for i in range(0, n, 250)]
        torch.save(torch.cat(rows), path)
        log("cached features")
    return torch.load(path, weights_only=True)


def main() -> None:
    if not done(PART):
        train()
    features()
