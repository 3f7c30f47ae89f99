"""Begins with the committed weights: writes the checkpoints of the parts that are whole in the exported bundles, for a machine that
trained nothing. An autoencoder's encoder is in no bundle, so denoisers can't go on from here; encoders, backbone and projectors can."""
from __future__ import annotations

import shutil

from torch import nn

from ..export.reading import exported_family
from .common import MODELS, done, finish, log
from .encoders import ALONE_STEPS, HEADS, PART as ENCODERS, JointEncoders, alone
from .film import FilmMaker
from .language import Speaker
from .picture import PART as PICTURE, Painter
from .sound import Sounder
from .tokenizer import PATH, tokenizer
from .two_things import PART as PICTURES


def main() -> None:
    bundles = MODELS / "toyworld"
    if not PATH.exists():
        shutil.copyfile(bundles / "backbone/tokenizer.json", PATH)
    family = exported_family(bundles, MODELS / "judges")
    joint, speaker = JointEncoders(tokenizer().get_vocab_size(), HEADS), Speaker(tokenizer().get_vocab_size())
    joint.text = family.text_tower
    joint.towers.update(family.encoders)
    speaker.backbone = family.backbone
    speaker.see.update(family.input_projectors)
    for modality, see in family.input_projectors.items():  # whose queries all began as the reader's
        joint.readers[modality].query = nn.Parameter(see.queries.mean(1))
    speaker.make.update(family.output_projectors)
    nets = {**{part: joint for part in (ENCODERS, *map(alone, ALONE_STEPS))}, "language": speaker}
    for part, kind, modality, reader in ((PICTURES, Painter, "image", PICTURE), ("sound", Sounder, "audio", "sound"), ("film", FilmMaker, "video", "film")):
        if not done(part):  # one that was trained here keeps the tokenizer that it was trained with
            shutil.copyfile(bundles / f"generator-{modality}/tokenizer/tokenizer.json", PATH.with_name(f"{reader}-tokenizer.json"))
        generator = family.teacher if part == PICTURES else family.generators[modality]
        net = nets[part] = kind(generator.condition.words.num_embeddings)
        net.unet, net.tau = generator.unet, generator.condition
    nets["few_steps"] = family.generators["image"].unet
    latents = family.generators["video"].decoder
    for part, net in nets.items():
        if done(part):
            log(part, "has a checkpoint already, which stays")
        else:
            finish(part, net=net.state_dict(), **({"mean": latents.mean.flatten(), "std": latents.std.flatten()} if part == "film" else {}))
