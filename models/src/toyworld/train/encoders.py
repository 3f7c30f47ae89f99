"""Trains the four towers of the joint space: contrastive against texts, with the attributes read from the features as a help."""
from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from ..nets.encoders import FRAMES, TEXT_LENGTH, JointEncoders, MediaEncoder, TextTower
from ..world.captions import describe, roughen
from ..world.film import FILM_ATTRIBUTES, FRAMES as FILM_FRAMES
from ..world.media_talk import words_for
from ..world.media_words import describe_film, describe_sound
from ..world.scene import ATTRIBUTES
from ..world.sound import SOUND_ATTRIBUTES
from ..world.tokenizer import ids
from ..world.turns import Subject
from .common import WORK, Ema, done, finish, fit, log, result
from .films import held_films, train_films
from .pictures import held_pictures, train_pictures
from .sounds import Sounds, between_sounds, held_sounds, train_sounds
from .tokenizer import tokenizer

PART, STEPS = "encoders", 3000
ALONE_STEPS = {"video": 1000, "audio": 1000}  # in this order
BATCH = {"image": 64, "audio": 64, "video": 32}
TABLES = {"image": ATTRIBUTES, "audio": SOUND_ATTRIBUTES, "video": FILM_ATTRIBUTES}
HEADS = {name: tuple(len(v) for v in table.values()) for name, table in TABLES.items()}
# Every second step is a picture's: they have the most combinations, and the smallest parts.
TURNS = ("image", "audio", "image", "video")
# Every fourth look at pictures or films is without their colours, so that a shape is known in whatever colour it comes; every
# fourth at sounds is at some between two pitches, so that a pace is known at whatever pitch.
PARTLY = 0.25
UNASKED = {"image": ("colour", "background"), "audio": ("pitch",), "video": ("colour", "background")}


@dataclass
class Media:
    """Cached media of one modality: what they show, their attributes, and the tensors that the encoder reads."""
    subjects: list[Subject]
    labels: Tensor
    tensors: Callable[[Tensor], Tensor]


def text_batch(texts: list[str]) -> tuple[Tensor, Tensor]:
    rows = [ids(tokenizer(), t)[:TEXT_LENGTH] for t in texts]
    length = max(map(len, rows))
    return (torch.tensor([r + [0] * (length - len(r)) for r in rows]),
            torch.tensor([[1] * len(r) + [0] * (length - len(r)) for r in rows]))


def media(held: bool) -> dict[str, Media]:
    pictures = held_pictures() if held else train_pictures()
    films, looks = held_films() if held else train_films(), range(0, FILM_FRAMES, FILM_FRAMES // FRAMES)
    return {"image": Media(pictures.scenes, pictures.labels, lambda i: pictures.batch(i) * 2 - 1),
            "audio": heard(held_sounds() if held else train_sounds()),
            "video": Media(films.films, films.labels, lambda i: films.batch(i, looks) * 2 - 1)}


def heard(sounds: Sounds) -> Media:
    mels = sounds.log_mels()
    return Media(sounds.sounds, sounds.labels, lambda i: torch.from_numpy(mels[i.numpy()]).float())


def roughened(modality: str, x: Tensor, g: torch.Generator) -> Tensor:
    """Blur and noise now and then: what is generated is never as clean as what is rendered."""
    dice = torch.rand(2, generator=g)
    if modality == "audio":
        return masked(x + torch.randn(x.shape, generator=g) * dice[1] * 0.06 + (dice[0] - 0.5) * 0.1, g)
    if dice[0] < 0.3:
        x = F.avg_pool2d(x.flatten(0, -4), 3, 1, 1, count_include_pad=False).view(x.shape)
    return x + torch.randn(x.shape, generator=g) * dice[1] * 0.1


def masked(x: Tensor, g: torch.Generator, bands: int = 12, frames: int = 20) -> Tensor:
    """Log-mels with a few bands and a stretch of time as quiet as can be (SpecAugment, arXiv 1904.08779)."""
    def some(size: int, most: int) -> Tensor:
        width = torch.randint(most + 1, (len(x), 1), generator=g)
        first = (torch.rand(len(x), 1, generator=g) * (size - width)).long()
        at = torch.arange(size)
        return (at >= first) & (at < first + width)

    silent = some(x.shape[1], bands)[:, :, None] | some(x.shape[2], frames)[:, None, :]
    return torch.where(silent, x.amin((1, 2), keepdim=True), x)


def greyed(x: Tensor, g: torch.Generator) -> Tensor:
    """Pictures or films [..., 3, H, W] in some mixture of their colours, each of its own."""
    share = torch.rand(len(x), 3, generator=g)
    share = (share / share.sum(1, keepdim=True)).view(len(x), *[1] * (x.dim() - 4), 3, 1, 1)
    return (x * share).sum(-3, keepdim=True).expand_as(x)


def told(subject: Subject, rng: random.Random) -> str:
    """A text for a medium: mostly its canonical caption, else an everyday wording."""
    if rng.random() < 0.6:
        return words_for(subject)
    describers = {"Scene": lambda: describe(subject, set(ATTRIBUTES), rng), "Sound": lambda: describe_sound(subject, {"pitch", "pace"}, rng),
                  "Film": lambda: describe_film(subject, set(FILM_ATTRIBUTES), rng)}
    return roughen(describers[type(subject).__name__](), rng)


class Lessons:
    """What the towers learn from."""

    def __init__(self) -> None:
        self.media, self.between = media(held=False), heard(between_sounds())

    def loss(self, net: JointEncoders, modality: str, rng: random.Random, g: torch.Generator) -> Tensor:
        """Of a random batch: the contrastive loss and that of the attributes read; the latter alone where something can't be asked."""
        partly = bool(torch.rand((), generator=g) < PARTLY)
        these = self.between if partly and modality == "audio" else self.media[modality]
        index = torch.randint(len(these.subjects), (BATCH[modality],), generator=g)
        x = roughened(modality, these.tensors(index), g)
        with torch.autocast("cpu", torch.bfloat16):
            if partly:
                loss, logits = torch.zeros(()), net.readers[modality](net.towers[modality](x if modality == "audio" else greyed(x, g))[0])
            else:
                loss, logits = net(modality, x, *text_batch([told(these.subjects[i], rng) for i in index.tolist()]))
        return loss + sum(F.cross_entropy(l, these.labels[index, h]) for h, (name, l) in enumerate(zip(TABLES[modality], logits))
                          if not (partly and name in UNASKED[modality]))


def train() -> None:
    lessons = Lessons()
    torch.manual_seed(0)
    net = JointEncoders(tokenizer().get_vocab_size(), HEADS)
    ema = Ema(net, 0.995)

    def loss_of(step: int, g: torch.Generator) -> Tensor:
        return lessons.loss(net, TURNS[step % len(TURNS)], random.Random(step), g)

    fit(PART, net, loss_of, STEPS, peak=1.5e-3, ema=ema, weight_decay=0.02)
    finish(PART, net=ema.net.state_dict())
    measure(ema.net)


def alone(modality: str) -> str:
    return f"{PART}-{modality}"


def train_alone(modality: str) -> None:
    """Films and sounds have the fewest turns above: their towers go on alone against the text tower, which stands still."""
    lessons, net = Lessons(), load_joint()
    net.towers[modality].requires_grad_(True), net.readers[modality].requires_grad_(True)
    ema = Ema(net, 0.995)

    def loss_of(step: int, g: torch.Generator) -> Tensor:
        return lessons.loss(net, modality, random.Random(f"{modality} {step}"), g)

    fit(alone(modality), net, loss_of, ALONE_STEPS[modality], peak=1.5e-3, ema=ema, weight_decay=0.02)
    finish(alone(modality), net=ema.net.state_dict())
    measure(ema.net)


@torch.no_grad()
def measure(net: JointEncoders) -> None:
    """Retrieval both ways over the captions of everything held out, and the attributes read."""
    for modality, held in media(held=True).items():
        tower = net.towers[modality]
        features, embeddings = map(torch.cat, zip(*(tower(held.tensors(i)) for i in torch.arange(len(held.subjects)).split(64))))
        captions = [words_for(s) for s in held.subjects]
        unique = sorted(set(captions))
        texts = net.text(*text_batch(unique))
        to_text = [unique[b] == c for b, c in zip((embeddings @ texts.T).argmax(1).tolist(), captions)]
        to_media = [captions[b] == u for b, u in zip((texts @ embeddings.T).argmax(1).tolist(), unique)]
        log(modality, "retrieval R@1 over", len(unique), "held-out captions:", round(sum(to_text) / len(to_text), 3),
            "back:", round(sum(to_media) / len(to_media), 3))
        logits = net.readers[modality](features)
        log(modality, "attributes read on held-out media:", {n: round(float((l.argmax(1) == held.labels[:, h]).float().mean()), 3)
                                                             for h, (n, l) in enumerate(zip(TABLES[modality], logits))})


def load_joint() -> JointEncoders:
    net = JointEncoders(tokenizer().get_vocab_size(), HEADS).eval().requires_grad_(False)
    last = [part for part in (PART, *map(alone, ALONE_STEPS)) if done(part)][-1]
    net.load_state_dict(result(last)["net"])
    return net


def load_encoders() -> tuple[dict[str, MediaEncoder], TextTower]:
    net = load_joint()
    return dict(net.towers.items()), net.text


def features() -> dict[str, Tensor]:
    """The encoders' features of all training media, fp16 [N, cells, 128] a modality, computed once."""
    towers, _ = load_encoders()
    out = {}
    for modality, these in media(held=False).items():
        path = WORK / f"features-{modality}.pt"
        if not path.exists():
            with torch.no_grad():
                rows = [towers[modality](these.tensors(i))[0].half() for i in torch.arange(len(these.subjects)).split(100)]
            torch.save(torch.cat(rows), path)
            log("cached the features of", modality)
        out[modality] = torch.load(path, weights_only=True)
    return out


def main() -> None:
    if not done(PART):
        train()
    for modality in ALONE_STEPS:
        if not done(alone(modality)):
            train_alone(modality)
    features()
