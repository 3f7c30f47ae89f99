"""Trains the backbone and both projectors in the survey's stages: text, seeing, drawing, then all dialogues together."""
from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..nets.backbone import Backbone
from ..nets.projectors import InputProjector, OutputProjector
from ..world.captions import caption
from ..world.dialogue import KINDS, Dialogue, Picture, sample_dialogue
from ..world.scene import Scene
from ..world.sequence import Encoder, Sequence
from ..world.tokenizer import PAD
from .common import Ema, done, finish, fit, log, result
from .encoders import features
from .picture import caption_ids, load_painter
from .pictures import train_pictures
from .tokenizer import tokenizer

BATCH, BLOCK = 48, 8
TEXT_STEPS, SEE_STEPS, DRAW_STEPS, ALL_STEPS, MIXED_STEPS, MORE_STEPS = 800, 250, 400, 1200, 400, 480
MIXED, MIXED_TYPOS = 0.7, 0.35
DRAW_WEIGHT = 1.0


class Speaker(nn.Module):
    """The backbone with its projectors."""

    def __init__(self, vocabulary: int):
        super().__init__()
        self.backbone = Backbone(vocabulary)
        self.see, self.draw = InputProjector(), OutputProjector()


@dataclass
class Batch:
    ids: Tensor
    kept: Tensor
    scored: Tensor
    picture_rows: Tensor  # the row of each picture, its first column, and the index of its features
    picture_columns: Tensor
    picture_index: Tensor  # [pictures, 4]: where each of a picture's embeddings comes from, mostly the same four times
    drawing_rows: Tensor
    drawing_columns: Tensor
    drawn: list[Scene]


def traits(scene: Scene) -> list[tuple]:
    """What each of a picture's four embeddings is to tell when embeddings of different pictures are mixed."""
    item = scene.item
    return [("thing", item.thing), ("colour", item.colour), ("place", item.place), ("rest", item.size, scene.background)]


class Reader:
    """Makes batches of dialogues whose pictures all exist among the cached renders."""

    def __init__(self):
        self.encode = Encoder(tokenizer())
        self.of_scene: dict[Scene, list[int]] = defaultdict(list)
        self.of_trait: dict[tuple, list[int]] = defaultdict(list)
        for i, scene in enumerate(train_pictures().scenes):
            self.of_scene[scene].append(i)
            for trait in traits(scene):
                self.of_trait[trait].append(i)
        self.mixed, self.typos = 0.0, 0.12
        self._block: tuple[object, list[list[tuple[Sequence, random.Random]]]] = (None, [])

    def _shown(self, dialogue: Dialogue) -> bool:
        return all(p.scene in self.of_scene for t in dialogue for p in t.parts if isinstance(p, Picture))

    def _sample(self, rng: random.Random, kinds: tuple[str, ...], pictures: bool) -> Sequence:
        while True:
            dialogue = sample_dialogue(rng, kinds, self.typos)
            has = any(isinstance(p, Picture) for t in dialogue for p in t.parts)
            if self._shown(dialogue) and (pictures or not has):
                return self.encode(dialogue)

    def batch(self, step: int, seed: int, kinds: tuple[str, ...] = tuple(KINDS), pictures: bool = True) -> Batch:
        """Dialogues of similar length: a block of batches is drawn together and sorted."""
        key = (seed, step // BLOCK)
        if self._block[0] != key:
            rng = random.Random(repr(key))
            sequences = sorted((self._sample(rng, kinds, pictures) for _ in range(BATCH * BLOCK)), key=lambda s: len(s.ids))
            batches = [sequences[i:i + BATCH] for i in range(0, len(sequences), BATCH)]
            rng.shuffle(batches)
            self._block = key, batches
        return self.collate(self._block[1][step % BLOCK], random.Random(repr((seed, step))))

    def _sources(self, scene: Scene, rng: random.Random) -> list[int]:
        if rng.random() < self.mixed:
            return [rng.choice(self.of_trait[trait]) for trait in traits(scene)]
        return [rng.choice(self.of_scene[scene])] * len(traits(scene))

    def collate(self, sequences: list[Sequence], rng: random.Random) -> Batch:
        length = max(len(s.ids) for s in sequences)
        pad = lambda row, value: row + [value] * (length - len(row))
        pictures = [(r, c, self._sources(scene, rng)) for r, s in enumerate(sequences) for c, scene in s.pictures]
        drawings = [(r, c) for r, s in enumerate(sequences) for c, _ in s.drawings]
        columns = lambda rows, k: torch.tensor([row[k] for row in rows], dtype=torch.long)
        return Batch(torch.tensor([pad(s.ids, PAD) for s in sequences]),
                     torch.tensor([pad([1] * len(s.ids), 0) for s in sequences]),
                     torch.tensor([pad(s.scored, False) for s in sequences]),
                     columns(pictures, 0), columns(pictures, 1), columns(pictures, 2),
                     columns(drawings, 0), columns(drawings, 1),
                     [scene for s in sequences for _, scene in s.drawings])


def embed(net: Speaker, batch: Batch, cache: Tensor | None) -> Tensor:
    x = net.backbone.embed(batch.ids)
    if len(batch.picture_rows):
        sources, place = batch.picture_index.unique(return_inverse=True)
        seen = net.see(cache[sources].float()).to(x.dtype)[place, torch.arange(place.shape[1])]
        columns = batch.picture_columns[:, None] + torch.arange(seen.shape[1])
        x = x.index_put((batch.picture_rows[:, None].expand_as(columns), columns), seen)
    return x


def hidden_states(net: Speaker, batch: Batch, cache: Tensor | None) -> Tensor:
    positions = torch.arange(batch.ids.shape[1]).expand_as(batch.ids)
    return net.backbone(embed(net, batch, cache), batch.kept, positions)[0]


def speech_loss(net: Speaker, batch: Batch, hidden: Tensor) -> Tensor:
    """Cross-entropy on what the assistant wrote."""
    scored = batch.scored[:, 1:]
    return F.cross_entropy(net.backbone.logits(hidden[:, :-1][scored]).float(), batch.ids[:, 1:][scored])


def signal_states(batch: Batch, hidden: Tensor, signals: int = 4) -> Tensor:
    columns = batch.drawing_columns[:, None] + torch.arange(signals)
    return hidden[batch.drawing_rows[:, None], columns]


class Targets:
    """τ of canonical captions, each computed once."""

    def __init__(self):
        self.tau = load_painter().tau
        self.known: dict[Scene, Tensor] = {}

    @torch.no_grad()
    def __call__(self, scenes: list[Scene]) -> Tensor:
        new = sorted({s for s in scenes if s not in self.known}, key=lambda s: s.labels())
        if new:
            for scene, row in zip(new, self.tau(caption_ids([caption(s) for s in new]))):
                self.known[scene] = row
        return torch.stack([self.known[s] for s in scenes])


def drawing_loss(net: Speaker, batch: Batch, hidden: Tensor, targets: Targets) -> Tensor:
    """Squared distance of the projected condition from τ(caption)."""
    return F.mse_loss(net.draw(signal_states(batch, hidden).float()).float(), targets(batch.drawn))


def start() -> Speaker:
    """Fresh weights; the input projector's queries begin as the one that the encoder was trained to be read with."""
    torch.manual_seed(0)
    net = Speaker(tokenizer().get_vocab_size())
    with torch.no_grad():
        net.see.queries.copy_(result("encoders")["net"]["query"][:, None].expand_as(net.see.queries))
    return net


def load(part: str) -> Speaker:
    net = start()
    net.load_state_dict(result(part)["net"])
    return net


def load_speaker() -> Speaker:
    """The backbone and projectors of the latest stage that is done."""
    return load(next(part for part in ("language-more", "language-mixed", "language", "language-draw") if done(part)))


def text_stage(reader: Reader) -> None:
    """Stage 0: the backbone alone, on dialogues without pictures, signals among their tokens."""
    net = start()
    net.see.requires_grad_(False), net.draw.requires_grad_(False)

    def loss_of(step: int, g: torch.Generator) -> Tensor:
        batch = reader.batch(step, 100, pictures=False)
        with torch.autocast("cpu", torch.bfloat16):
            return speech_loss(net, batch, hidden_states(net, batch, None))

    fit("language-text", net, loss_of, TEXT_STEPS, peak=2e-3, betas=(0.9, 0.98))
    finish("language-text", net=net.state_dict())


def see_stage(reader: Reader) -> None:
    """Stage 1: the input projector, on captions and questions; the encoder and the backbone are frozen."""
    net, cache = load("language-text"), features()
    net.backbone.requires_grad_(False), net.draw.requires_grad_(False)

    def loss_of(step: int, g: torch.Generator) -> Tensor:
        batch = reader.batch(step, 101, ("asking",))
        with torch.autocast("cpu", torch.bfloat16):
            return speech_loss(net, batch, hidden_states(net, batch, cache))

    fit("language-see", net, loss_of, SEE_STEPS, peak=2e-3, betas=(0.9, 0.98))
    finish("language-see", net=net.state_dict())


def draw_stage(reader: Reader) -> None:
    """Stage 2: the output projector, on signal states of the frozen backbone."""
    net, targets = load("language-see"), Targets()
    net.backbone.requires_grad_(False), net.see.requires_grad_(False)

    def loss_of(step: int, g: torch.Generator) -> Tensor:
        batch = reader.batch(step, 102, ("bare", "drawing"))
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            hidden = hidden_states(net, batch, None)
        return drawing_loss(net, batch, hidden, targets)

    fit("language-draw", net, loss_of, DRAW_STEPS, peak=2e-3, betas=(0.9, 0.98))
    finish("language-draw", net=net.state_dict())


def joint_stage(reader: Reader, part: str, source: str, steps: int, seed: int) -> None:
    """Backbone and both projectors on every kind of dialogue, speech and drawing loss together."""
    net, cache, targets = load(source), features(), Targets()
    ema = Ema(net, 0.995)

    def loss_of(step: int, g: torch.Generator) -> Tensor:
        batch = reader.batch(step, seed)
        with torch.autocast("cpu", torch.bfloat16):
            hidden = hidden_states(net, batch, cache)
            speech = speech_loss(net, batch, hidden)
        drawing = drawing_loss(net, batch, hidden, targets) if batch.drawn else torch.zeros(())
        if step % 100 == 0:
            log("  speech", round(speech.item(), 4), "drawing", round(drawing.item(), 4))
        return speech + DRAW_WEIGHT * drawing

    fit(part, net, loss_of, steps, peak=1e-3, ema=ema, betas=(0.9, 0.98))
    finish(part, net=ema.net.state_dict())


def all_stage(reader: Reader) -> None:
    """Stage 3: all dialogues together."""
    joint_stage(reader, "language", "language-draw", ALL_STEPS, 103)


def mixed_stage(reader: Reader) -> None:
    """Stage 3, second half: a picture's four embeddings often come from four pictures, each of which has one trait of the
    scene and is otherwise any other. So the first embedding learns to tell the thing and nothing else, the second the
    colour, and so on, and a pair of thing and colour that was never seen is read like any other. More typos, too."""
    reader.mixed, reader.typos = MIXED, MIXED_TYPOS
    joint_stage(reader, "language-mixed", "language", MIXED_STEPS, 104)


def more_stage(reader: Reader) -> None:
    """The same once more, on other dialogues, with the learning rate raised again."""
    reader.mixed, reader.typos = MIXED, MIXED_TYPOS
    joint_stage(reader, "language-more", "language-mixed", MORE_STEPS, 105)


def main() -> None:
    reader = Reader()
    for part, stage in (("language-text", text_stage), ("language-see", see_stage), ("language-draw", draw_stage),
                        ("language", all_stage), ("language-mixed", mixed_stage), ("language-more", more_stage)):
        if not done(part):
            stage(reader)
