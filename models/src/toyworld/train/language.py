"""Trains the backbone and all projectors in the survey's stages: text, understanding, generation, then all dialogues together; and in
the end the input projectors in closed form."""
from __future__ import annotations

from dataclasses import replace

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..nets.backbone import Backbone
from ..nets.projectors import InputProjector, OutputProjector
from ..world.media_talk import words_for
from ..world.tokenizer import SIGNALS
from ..world.turns import Subject
from .common import Ema, done, finish, fit, log, result
from .encoders import features, load_joint
from .film import film_ids, load_film_maker
from .picture import caption_ids, load_painter
from .reader import Batch, Outputs, Reader, traits
from .refitting import refit
from .sound import load_sounder, sound_ids
from .tokenizer import tokenizer

TEXT_STEPS, SEE_STEPS, MAKE_STEPS, ALL_STEPS = 700, 300, 350, 6000
MIXED, TYPOS = 0.6, 0.35
MAKE_WEIGHT = 3.0
SLIPS_EVERY, SLIPS = 3, 0.2
Cache = dict[str, Tensor]


class Speaker(nn.Module):
    """The backbone with its projectors."""

    def __init__(self, vocabulary: int):
        super().__init__()
        self.backbone = Backbone(vocabulary)
        self.see = nn.ModuleDict({m: InputProjector() for m in SIGNALS})
        self.make = nn.ModuleDict({m: OutputProjector() for m in SIGNALS})


def embed(net: Speaker, batch: Batch, cache: Cache) -> Tensor:
    x = net.backbone.embed(batch.ids)
    for modality, media in batch.given.items():
        sources, place = media.index.unique(return_inverse=True)
        seen = net.see[modality](cache[modality][sources].float()).to(x.dtype)[place, torch.arange(place.shape[1])]
        columns = media.columns[:, None] + torch.arange(seen.shape[1])
        x = x.index_put((media.rows[:, None].expand_as(columns), columns), seen)
    return x


def hidden_states(net: Speaker, batch: Batch, cache: Cache) -> Tensor:
    positions = torch.arange(batch.ids.shape[1]).expand_as(batch.ids)
    return net.backbone(embed(net, batch, cache), batch.kept, positions)[0]


def speech_loss(net: Speaker, batch: Batch, hidden: Tensor) -> Tensor:
    """Cross-entropy on what the assistant wrote (the survey's equation 2)."""
    scored = batch.scored[:, 1:]
    return F.cross_entropy(net.backbone.logits(hidden[:, :-1][scored]).float(), batch.ids[:, 1:][scored])


def with_slips(batch: Batch, g: torch.Generator) -> Batch:
    """The same, but a share of what the assistant said is other words of the batch. What comes next can then only be told from the
    request, and not guessed from what was just said: a thing from its colour."""
    slips = batch.scored & (torch.rand(batch.ids.shape, generator=g) < SLIPS)
    said = batch.ids[batch.scored]
    return replace(batch, ids=batch.ids.masked_scatter(slips, said[torch.randint(len(said), (int(slips.sum()),), generator=g)]))


def signal_states(made: Outputs, hidden: Tensor, signals: int = 4) -> Tensor:
    return hidden[made.rows[:, None], made.columns[:, None] + torch.arange(signals)]


class Targets:
    """Each generator's own text condition τ of canonical captions, each computed once."""

    def __init__(self) -> None:
        painter, sounder, (film_maker, _, _) = load_painter("two_things"), load_sounder(), load_film_maker()
        self.tau = {"image": lambda words: painter.tau(caption_ids(words)), "audio": lambda words: sounder.tau(sound_ids(words)),
                    "video": lambda words: film_maker.tau(film_ids(words))}
        self.known: dict[Subject, Tensor] = {}

    @torch.no_grad()
    def __call__(self, modality: str, subjects: list[Subject]) -> Tensor:
        new = list(dict.fromkeys(s for s in subjects if s not in self.known))
        if new:
            self.known.update(zip(new, self.tau[modality]([words_for(s) for s in new])))
        return torch.stack([self.known[s] for s in subjects])


def making_loss(net: Speaker, batch: Batch, hidden: Tensor, targets: Targets) -> Tensor:
    """Squared distance of the projected conditions from τ(caption) (equation 4), averaged over all signal runs."""
    runs = sum(len(made.subjects) for made in batch.made.values())
    parts = [F.mse_loss(net.make[m](signal_states(made, hidden).float()).float(), targets(m, made.subjects)) * (len(made.subjects) / runs)
             for m, made in batch.made.items()]
    return sum(parts, torch.zeros(()))


def start() -> Speaker:
    """Fresh weights; the input projectors' queries begin as the ones that the encoders were trained to be read with."""
    torch.manual_seed(0)
    net, readers = Speaker(tokenizer().get_vocab_size()), load_joint().readers
    for modality, see in net.see.items():
        see.begin_with(readers[modality].query)
    return net


def load(part: str) -> Speaker:
    net = start()
    net.load_state_dict(result(part)["net"])
    return net


def load_speaker() -> Speaker:
    """The backbone and projectors as the last stage left them."""
    return load("language")


def text_stage(reader: Reader) -> None:
    """Stage 0: the backbone alone, on dialogues in which no media are given, signals among their tokens."""
    net = start()
    net.see.requires_grad_(False), net.make.requires_grad_(False)

    def loss_of(step: int, g: torch.Generator) -> Tensor:
        batch = reader.batch(step, 100, with_media=False)
        with torch.autocast("cpu", torch.bfloat16):
            return speech_loss(net, batch, hidden_states(net, batch, {}))

    fit("language-text", net, loss_of, TEXT_STEPS, peak=2e-3, betas=(0.9, 0.98))
    finish("language-text", net=net.backbone.state_dict())


def see_stage(reader: Reader) -> None:
    """Stage 1: the input projectors, on captions and questions; the encoders and the backbone are frozen."""
    net, cache = start(), features()
    net.backbone.load_state_dict(result("language-text")["net"])
    net.backbone.requires_grad_(False), net.make.requires_grad_(False)
    reader.mixed = MIXED

    def loss_of(step: int, g: torch.Generator) -> Tensor:
        batch = reader.batch(step, 101, ("asking", "hearing", "watching"))
        with torch.autocast("cpu", torch.bfloat16):
            return speech_loss(net, batch, hidden_states(net, batch, cache))

    fit("language-see", net, loss_of, SEE_STEPS, peak=2e-3, betas=(0.9, 0.98))
    finish("language-see", net=net.state_dict())


def make_stage(reader: Reader) -> None:
    """Stage 2: the output projectors, on signal states of the frozen backbone."""
    net, targets = load("language-see"), Targets()
    net.backbone.requires_grad_(False), net.see.requires_grad_(False)

    def loss_of(step: int, g: torch.Generator) -> Tensor:
        batch = reader.batch(step, 102, ("bare", "drawing", "drawing two", "sounding", "filming", "several"))
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            hidden = hidden_states(net, batch, {})
        return making_loss(net, batch, hidden, targets)

    fit("language-make", net, loss_of, MAKE_STEPS, peak=2e-3, betas=(0.9, 0.98))
    finish("language-make", net=net.state_dict())


def all_stage(reader: Reader) -> None:
    """Stage 3: backbone and all projectors on every kind of dialogue, speech and making loss together. Often the four
    embeddings of a medium come from four media, each of which has one trait of the subject and is otherwise any other. So the
    first embedding learns to tell the thing and nothing else, the second the colour, and so on, and a pair that was never seen
    is read like any other."""
    net, cache, targets = load("language-make"), features(), Targets()
    ema = Ema(net, 0.995)
    reader.mixed, reader.typos = MIXED, TYPOS

    def loss_of(step: int, g: torch.Generator) -> Tensor:
        batch = reader.batch(step, 103)
        slipping = step % SLIPS_EVERY == 0
        with torch.autocast("cpu", torch.bfloat16):
            hidden = hidden_states(net, with_slips(batch, g) if slipping else batch, cache)
            speech = speech_loss(net, batch, hidden)
        if slipping:
            return speech
        making = making_loss(net, batch, hidden, targets)
        if step % 100 == 1:
            log("  speech", round(speech.item(), 4), "making", round(making.item(), 4))
        return speech + MAKE_WEIGHT * making

    fit("language-all", net, loss_of, ALL_STEPS, peak=1e-3, ema=ema, save_every=100, betas=(0.9, 0.98))
    finish("language-all", net=ema.net.state_dict())


def refit_stage(reader: Reader) -> None:
    """Stage 4: the input projectors' linear maps in closed form."""
    net = load("language-all")
    for modality, cells in features().items():
        refit(net.see[modality], cells, [traits(s) for s in reader.shelves[modality].subjects])
    finish("language", net=net.state_dict())


def main() -> None:
    reader = Reader()
    for part, stage in (("language-text", text_stage), ("language-see", see_stage), ("language-make", make_stage), ("language-all", all_stage),
                        ("language", refit_stage)):
        if not done(part):
            stage(reader)
