"""The networks as they are exported: trained or random, their weights rounded to fp16."""
from __future__ import annotations

from dataclasses import dataclass, fields

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from ..nets.backbone import LAYERS, Backbone
from ..nets.condition import ConditionEncoder
from ..nets.encoders import ImageEncoder, TextTower
from ..nets.judge import Judge
from ..nets.projectors import InputProjector, OutputProjector
from ..nets.unet import UNet
from ..nets.vae import Vae
from ..world.tokenizer import VOCABULARY
from .onnx_file import round_weights


class Decoder(nn.Module):
    """The autoencoder's decoder behind the latents' mean and deviation, so that `scaling_factor` is 1."""

    def __init__(self, vae: Vae, mean: Tensor, std: Tensor):
        super().__init__()
        self.decoder = vae.decoder
        self.register_buffer("mean", mean.view(1, -1, 1, 1))
        self.register_buffer("std", std.view(1, -1, 1, 1))

    def forward(self, latent_sample: Tensor) -> Tensor:
        return self.decoder(latent_sample * self.std + self.mean)


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
    image_encoder: nn.Module
    text_tower: nn.Module
    input_projector: nn.Module
    backbone: Backbone
    output_projector: nn.Module
    condition: nn.Module
    unet: nn.Module
    decoder: nn.Module
    judge: nn.Module

    def each(self) -> list[tuple[str, nn.Module]]:
        return [(f.name, getattr(self, f.name)) for f in fields(self)]

    @torch.no_grad()
    def probe(self) -> dict[str, Tensor]:
        """One output of every part on fixed inputs."""
        g = torch.Generator().manual_seed(3)
        noise = lambda *shape: torch.randn(*shape, generator=g)
        words = torch.randint(12, VOCABULARY, (4, 16), generator=g)
        pictures, mask = noise(4, 3, 128, 128).clamp(-1, 1), torch.ones_like(words)
        hidden, _ = self.backbone(self.backbone.embed(words), mask, torch.arange(16).expand(4, 16))
        return {"encoder image": self.image_encoder(pictures)[0], "encoder text": self.text_tower(words, mask),
                "input-projector": self.input_projector(noise(4, 64, 128)), "backbone hidden states": hidden,
                "backbone logits": self.backbone.logits(hidden), "output-projector": self.output_projector(noise(4, 4, 192)),
                "generator text_encoder": self.condition(words),
                "generator unet": self.unet(noise(4, 4, 16, 16), torch.tensor([999, 600, 300, 49]), noise(4, 16, 128)),
                "generator vae_decoder": self.decoder(noise(4, 4, 16, 16)), "judge thing": self.judge(pictures / 2 + 0.5)[0]}

    def rounded(self) -> Family:
        for _, net in self.each():
            round_weights(net.eval().requires_grad_(False))
        return self


def fused(judge: Judge) -> Judge:
    """The judge with its batch normalisation folded into the convolutions."""
    body = list(judge.eval().body)
    for i in range(0, 12, 3):
        body[i], body[i + 1] = fuse_conv_bn_eval(body[i], body[i + 1]), nn.Identity()
    judge.body = nn.Sequential(*body)
    return judge


def random_family(seed: int = 0) -> Family:
    """Random weights in every layer, those that training starts at zero included."""
    torch.manual_seed(seed)
    judge, vae = fused(Judge()), Vae()
    family = Family(ImageEncoder(), TextTower(VOCABULARY), InputProjector(), Backbone(VOCABULARY), OutputProjector(),
                    ConditionEncoder(VOCABULARY), UNet(), Decoder(vae, torch.zeros(4), torch.ones(4)), judge)
    for _, net in family.each():
        for parameter in net.parameters():
            if not parameter.any():
                nn.init.normal_(parameter, std=0.02)
    return family


def trained_family() -> Family:
    from ..train.encoders import load_encoders
    from ..train.judge import load_judge
    from ..train.language import load_speaker
    from ..train.picture import load_painter
    from ..train.vae import load_vae
    image, text = load_encoders()
    speaker, painter = load_speaker(), load_painter()
    return Family(image, text, speaker.see, speaker.backbone, speaker.draw, painter.tau, painter.unet,
                  Decoder(*load_vae()), fused(load_judge()))


def ceilings(judge: nn.Module) -> dict:
    """How much the judge reads right where nothing was generated: no drawing can score above the second of these."""
    from ..train.judge import report
    from ..train.pictures import held_pictures, seen_pictures
    from ..train.vae import load_vae, reconstruct
    vae, _, _ = load_vae()
    found = {}
    for kind, pictures in (("held-out", held_pictures()), ("seen", seen_pictures())):
        x = pictures.batch(torch.arange(len(pictures.scenes)))
        count = {"count": len(pictures.scenes)}
        found[f"{kind} renders"] = report(judge, x, pictures.labels) | count
        found[f"reconstructions of {kind} renders"] = report(judge, reconstruct(vae, x), pictures.labels) | count
    return found
