"""The networks as they are exported: trained or random, their weights rounded to what is stored."""
from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from ..nets.backbone import LAYERS, Backbone
from ..nets.condition import ConditionEncoder
from ..nets.encoders import AudioEncoder, ImageEncoder, TextTower, VideoEncoder
from ..nets.film_judge import FilmJudge
from ..nets.film_unet import FilmUNet
from ..nets.judge import Judge
from ..nets.projectors import InputProjector, OutputProjector
from ..nets.sound_judge import SoundJudge
from ..nets.unet import UNet
from ..nets.vae import LatentDecoder
from .fast import hasten
from .generators import Decoder, Generator
from .layout import LATENTS, MEDIA_INPUTS, TEACHER
from .onnx_file import round_weights
from .sound import random_sounder, sound_ceilings, trained_sounder

PICTURE_WORDS = 1280  # ids below it are words to every text encoder of the family
# And every text_encoder: what runs on words, where int8 costs nothing measurable, and the denoiser that was trained for it.
IN_INT8 = ("backbone", "output-projector", "generator-image unet")


class Words(nn.Module):
    """The backbone's embedding table."""

    def __init__(self, backbone: Backbone):
        super().__init__()
        self.words = backbone.words

    def forward(self, input_ids: Tensor) -> Tensor:
        return self.words(input_ids)


class Step(nn.Module):
    """One step of the backbone with its cache as plain inputs and outputs."""

    def __init__(self, backbone: Backbone):
        super().__init__()
        self.backbone = backbone

    def forward(self, inputs_embeds: Tensor, attention_mask: Tensor, position_ids: Tensor, *past: Tensor) -> tuple[Tensor, ...]:
        pairs = [(past[2 * i], past[2 * i + 1]) for i in range(LAYERS)]
        hidden, present = self.backbone(inputs_embeds, attention_mask, position_ids, pairs)
        return self.backbone.logits(hidden), hidden, *(t for pair in present for t in pair)


@dataclass
class Family:
    """Every network that is exported, by modality where there is one for each."""
    encoders: dict[str, nn.Module]
    text_tower: nn.Module
    input_projectors: dict[str, nn.Module]
    backbone: Backbone
    output_projectors: dict[str, nn.Module]
    generators: dict[str, Generator]
    teacher: Generator  # of the picture generator, which has all from it but the denoiser
    judges: dict[str, nn.Module]

    def each(self) -> list[tuple[str, nn.Module]]:
        """The networks with the names of their files' folders."""
        of = lambda bundle, nets: [(f"{bundle} {modality}", net) for modality, net in nets.items()]
        return [*of("encoder", self.encoders), ("encoder text", self.text_tower), *of("input-projector", self.input_projectors),
                ("backbone", self.backbone), *of("output-projector", self.output_projectors),
                *((f"generator-{m} {name}", net) for m, generator in self.generators.items() for name, net in generator.each()),
                (f"{TEACHER} unet", self.teacher.unet),
                *of("judge", self.judges)]

    @torch.no_grad()
    def probe(self) -> dict[str, Tensor]:
        """One output of every part on fixed inputs."""
        g = torch.Generator().manual_seed(3)
        words = torch.randint(24, PICTURE_WORDS, (4, 16), generator=g)
        latents = {m: torch.randn(4, *shape, generator=g) for m, shape in LATENTS.items()}
        frames = latents | {"video": latents["video"][:, :, 0]}
        found = {}
        for name, net in self.each():
            part, _, which = name.partition(" ")
            modality = "image" if part == TEACHER else part.removeprefix("generator-")
            inputs = {"text": (words, torch.ones_like(words)), "text_encoder": (words,), "vae_decoder": (frames.get(modality),),
                      "unet": (latents.get(modality), torch.tensor([999, 600, 300, 49]), torch.randn(4, 16, 128, generator=g)),
                      "vocoder": (torch.randn(4, 128, 64, generator=g),)}
            if part == "backbone":
                hidden, _ = self.backbone(self.backbone.embed(words), torch.ones_like(words), torch.arange(16).expand(4, 16))
                found |= {"backbone hidden states": hidden, "backbone logits": self.backbone.logits(hidden)}
                continue
            if which in MEDIA_INPUTS.get(part, {}):
                inputs[which] = (torch.randn(4, *MEDIA_INPUTS[part][which], generator=g),)
            out = net(*inputs[which])
            found[name] = out[0] if isinstance(out, tuple) else out
        return found

    def rounded(self) -> Family:
        for name, net in self.each():
            round_weights(net.eval().requires_grad_(False), name.startswith(IN_INT8) or name.endswith(" text_encoder"))
        return self


    def fast(self) -> Family:
        """A copy in the forms that are traced to fast graphs. The judges, which only measure, stay as they are."""
        copied = copy.deepcopy(replace(self, judges={}))
        for _, net in copied.each():
            hasten(net)
        return replace(copied, judges=self.judges)


def fused(judge: nn.Module) -> nn.Module:
    """A judge with its batch normalisation folded into the convolutions."""
    body = list(judge.eval().body)
    for i, layer in enumerate(body):
        if isinstance(layer, nn.BatchNorm2d):
            body[i - 1], body[i] = fuse_conv_bn_eval(body[i - 1], layer), nn.Identity()
    judge.body = nn.Sequential(*body)
    return judge


def random_family(tokenizer: Path, of_generators: dict[str, Path] | None = None, seed: int = 0) -> Family:
    """Random weights in every layer, those that training starts at zero included. The generators read words as `of_generators`
    says, or as all else does."""
    torch.manual_seed(seed)
    words = lambda path: Tokenizer.from_file(str(path)).get_vocab_size()
    flat = lambda channels: (torch.zeros(channels), torch.ones(channels))
    size, its = words(tokenizer), dict.fromkeys(LATENTS, tokenizer) | (of_generators or {})
    teacher = Generator(ConditionEncoder(words(its["image"])), UNet(), Decoder(LatentDecoder(), *flat(4)), its["image"])
    generators = {"image": replace(teacher, unet=UNet()),
                  "audio": random_sounder(its["audio"]),
                  "video": Generator(ConditionEncoder(words(its["video"])), FilmUNet(), Decoder(LatentDecoder(), *flat(4)), its["video"])}
    family = Family({"image": ImageEncoder(), "audio": AudioEncoder(), "video": VideoEncoder()}, TextTower(size),
                    {m: InputProjector() for m in LATENTS}, Backbone(size), {m: OutputProjector() for m in LATENTS}, generators, teacher,
                    {"image": fused(Judge()), "audio": fused(SoundJudge()), "video": fused(FilmJudge())})
    for _, net in family.each():
        for parameter in net.parameters():
            if not parameter.any():
                nn.init.normal_(parameter, std=0.02)
    return family


def speaking(family: Family) -> Family:
    """The same family with the backbone and projectors that were trained last."""
    from ..train.language import load_speaker
    speaker = load_speaker()
    return replace(family, input_projectors=dict(speaker.see.items()), backbone=speaker.backbone, output_projectors=dict(speaker.make.items()))


def drawing(family: Family) -> Family:
    """The same family with the picture generator that was distilled last."""
    from ..train.few_steps import load_few_steps
    return replace(family, generators=family.generators | {"image": replace(family.teacher, unet=load_few_steps())})


def trained_family() -> Family:
    from ..train.encoders import load_encoders
    from ..train.few_steps import load_few_steps
    from ..train.film import load_film_maker
    from ..train.film_judge import load_film_judge
    from ..train.judge import load_judge
    from ..train.language import load_speaker
    from ..train.picture import load_painter
    from ..train.sound_judge import load_sound_judge
    from ..train.tokenizer import path_of
    from ..train.vae import load_vae
    encoders, text = load_encoders()
    speaker, painter, (film_maker, mean, std), (vae, *shift) = load_speaker(), load_painter("two_things"), load_film_maker(), load_vae()
    teacher = Generator(painter.tau, painter.unet, Decoder(vae.decoder, *shift), path_of("picture"))
    return Family(encoders, text, dict(speaker.see.items()), speaker.backbone, dict(speaker.make.items()),
                  {"image": replace(teacher, unet=load_few_steps()),
                   "audio": trained_sounder(),
                   "video": Generator(film_maker.tau, film_maker.unet, Decoder(load_vae("film_decoder")[0].decoder, mean, std), path_of("film"))},
                  teacher,
                  {"image": fused(load_judge()), "audio": fused(load_sound_judge()), "video": fused(load_film_judge())})


def ceilings(modality: str, judge: nn.Module) -> dict:
    """How much a judge reads right where nothing was generated: nothing that is made can score above its reconstructions."""
    match modality:
        case "image":
            from ..train.judge import report
            from ..train.pictures import held_pictures as held, seen_pictures as seen
            from ..train.vae import load_vae, reconstruct
            again = lambda x: reconstruct(load_vae()[0], x)
        case "video":
            from ..train.film_judge import report
            from ..train.films import held_films as held, seen_films as seen
            from ..train.vae import load_vae, reconstruct
            again = lambda x: reconstruct(load_vae("film_decoder")[0], x.flatten(0, 1)).view(x.shape)
        case _:
            return sound_ceilings()
    found = {}
    for kind, media in (("held-out", held()), ("seen", seen())):
        x = media.batch(torch.arange(len(media.labels)))
        count = {"count": len(media.labels)}
        found[f"{kind} renders"] = report(judge, x, media.labels) | count
        found[f"reconstructions of {kind} renders"] = report(judge, again(x), media.labels) | count
    return found
