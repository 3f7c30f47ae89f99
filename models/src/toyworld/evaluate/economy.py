"""What a picture costs and what it tells: python -m toyworld.evaluate.economy trains an input projector for each number of embeddings,
with the backbone, on questions about pictures, fits it as training does in the end, and asks about held-out ones. All begin alike, from the
finished backbone."""
from __future__ import annotations

import argparse
import random

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..nets.projectors import InputProjector
from ..train.common import fit, setup
from ..train.encoders import features, load_encoders, load_joint
from ..train.language import MIXED, load_speaker
from ..train.pictures import held_pictures, train_pictures
from ..train.reader import Shelf, traits
from ..train.refitting import refit
from ..train.tokenizer import tokenizer
from ..world.picture_talk import PHRASES, answer, question
from ..world.scene import ATTRIBUTES, THINGS, Scene, sample_scene
from ..world.sequence import Encoder, Sequence
from ..world.tokenizer import END, PAD
from ..world.turns import Given, assistant, user
from .base import row

NUMBERS, BATCH, LONGEST = (1, 4, 16, 64), 48, 24
ASKED = ("caption", *ATTRIBUTES)


class Looker(nn.Module):
    """The backbone, and a projector that gives it so many embeddings a picture."""

    def __init__(self, tokens: int):
        super().__init__()
        torch.manual_seed(0)
        self.tokens, self.backbone, self.see = tokens, load_speaker().backbone, InputProjector(tokens)
        self.see.begin_with(load_joint().readers["image"].query)

    def forward(self, ids: Tensor, seen: Tensor) -> tuple[Tensor, list]:
        """Ids [B, S] with PAD where the embeddings [B, tokens, 192] go, padded behind as well; at the same place in every row."""
        first = int((ids[0] == PAD).nonzero()[0])
        x = self.backbone.embed(ids)
        x = torch.cat([x[:, :first], seen.to(x.dtype), x[:, first + self.tokens:]], 1)
        return self.backbone(x, torch.ones_like(ids), torch.arange(ids.shape[1]).expand_as(ids))


def sequence(encode: Encoder, scene: Scene, attribute: str, asked: str) -> Sequence:
    return encode((user(Given(scene), asked), assistant(answer(scene, attribute))))


def train(net: Looker, steps: int) -> None:
    encode, cache, shelf = Encoder(tokenizer(), net.tokens), features()["image"], Shelf(train_pictures().scenes)
    mixed = 0.0 if net.tokens == 1 else MIXED
    of_source = [k * 4 // net.tokens for k in range(net.tokens)]  # the first quarter comes from the first source, and so on

    def loss_of(step: int, _: torch.Generator) -> Tensor:
        rng = random.Random(repr(("economy", step)))
        sequences, sources = [], []
        while len(sequences) < BATCH:
            scene, attribute = sample_scene(rng), rng.choice(("caption", "caption", "caption", *ATTRIBUTES))
            if scene in shelf.of_subject:
                sequences.append(sequence(encode, scene, attribute, question(scene, attribute, rng)))
                sources.append(shelf.sources(scene, mixed, rng))
        length = max(len(s.ids) for s in sequences)
        ids = torch.tensor([s.ids + [PAD] * (length - len(s.ids)) for s in sequences])
        scored = torch.tensor([s.scored + [False] * (length - len(s.ids)) for s in sequences])[:, 1:]
        with torch.autocast("cpu", torch.bfloat16):
            each = torch.tensor(sources)[:, of_source]
            unique, place = each.unique(return_inverse=True)
            seen = net.see(cache[unique].float())[place, torch.arange(net.tokens)]
            hidden, _ = net(ids, seen)
            return F.cross_entropy(net.backbone.logits(hidden[:, :-1][scored]).float(), ids[:, 1:][scored])

    net.train()
    fit(f"economy-{net.tokens}", net, loss_of, steps, peak=1e-3, betas=(0.9, 0.98), log_every=200)
    if net.tokens > 1:
        refit(net.see, cache, [[told[k] for k in of_source] for told in map(traits, shelf.subjects)])


@torch.no_grad()
def written(net: Looker, encode: Encoder, cells: Tensor, asked: str) -> list[str]:
    """The most likely answers to one question on pictures with these features [N, 64, 128]."""
    prompt = encode((user(Given(sample_scene(random.Random(0))), asked),), open_answer=True).ids
    ids = torch.tensor([prompt]).expand(len(cells), -1)
    hidden, past = net(ids, net.see(cells))
    out: list[Tensor] = []
    for i in range(LONGEST):
        out.append(net.backbone.logits(hidden[:, -1]).argmax(-1, keepdim=True))
        total = len(prompt) + i + 1
        hidden, past = net.backbone(net.backbone.embed(out[-1]), torch.ones(len(cells), total), torch.full((len(cells), 1), total - 1), past)
    rows = torch.cat(out, 1).tolist()
    return [tokenizer().decode(r[:r.index(END)] if END in r else r).strip() for r in rows]


def main() -> None:
    parser = argparse.ArgumentParser(prog="toyworld.evaluate.economy", description=__doc__)
    parser.add_argument("--steps", type=int, default=600)
    options = parser.parse_args()
    setup()
    held = held_pictures()
    tower = load_encoders()[0]["image"]
    with torch.no_grad():
        cells = torch.cat([tower(held.batch(i) * 2 - 1)[0] for i in torch.arange(len(held.scenes)).split(96)])
    print("| what | N | right | 95 % interval | chance |\n|---|---|---|---|---|", flush=True)
    for number in NUMBERS:
        net = Looker(number)
        train(net, options.steps)
        net.eval()
        encode = Encoder(tokenizer(), number)
        for attribute in ASKED:
            hits = []
            for thing in range(len(THINGS)) if attribute != "caption" else (None,):
                index = [i for i, s in enumerate(held.scenes) if thing is None or s.item.thing == thing]
                asked = PHRASES["ask"][attribute]["seen"][0].replace("T", THINGS[thing or 0])
                said = written(net, encode, cells[index], asked) if index else []
                hits += [text == answer(held.scenes[i], attribute) for i, text in zip(index, said)]
            print(row(f"{number} embeddings a picture: {'the whole caption' if attribute == 'caption' else attribute}", hits), flush=True)


if __name__ == "__main__":
    main()
