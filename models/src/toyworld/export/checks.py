"""check.json of encoders and generators: what torch makes of a few inputs with exactly the weights that the bundle has."""
from __future__ import annotations

import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer
from torch import Tensor

from ..nets.diffusion import ddim
from ..world.captions import caption
from ..world.tokenizer import ids
from .family import Family
from .fixtures import SCENE, inputs, padded, pixels_of
from .generators import Generator, sampling
from .layout import LATENTS, TEACHER, fresh, seal, write_json

STEPS = 2  # as few as tell a wrong scheduler from the right one: a start of the service takes them too
FRAMES = 4  # of a film
FOLDER = "check"


def _save(folder: Path, name: str, tensors: dict[str, Tensor]) -> str:
    path = folder / FOLDER / f"{name}.safetensors"
    save_file({key: value.contiguous() for key, value in tensors.items()}, path)
    path.chmod(0o644)
    return f"{FOLDER}/{name}.safetensors"


def _finish(folder: Path, check: dict) -> None:
    """Writes check.json, and the manifest again with the new files in it."""
    write_json(folder / "check.json", check)
    manifest = json.loads((folder / "manifest.json").read_text())
    seal(folder, **{key: value for key, value in manifest.items() if key != "files"})


def of_torch(samples: list[dict]) -> dict:
    return {"reference": f"torch {torch.__version__.partition('+')[0]}", "samples": samples}


@torch.no_grad()
def encoder(family: Family, folder: Path, media: Path, given: dict) -> None:
    fresh(folder / FOLDER)
    samples = []
    for m, (x, _, about) in given.items():
        features, embedding = family.encoders[m](x)
        shutil.copyfile(media / about["file"], folder / FOLDER / about["file"])
        samples.append({"modality": m, "media": f"{FOLDER}/{about['file']}",
                        "tensors": _save(folder, m, {"last_hidden_state": features, f"{m}_embeds": embedding})})
    text = caption(SCENE)
    row = torch.tensor([ids(Tokenizer.from_file(str(folder / "text/tokenizer.json")), text)])
    samples.append({"modality": "text", "text": text,
                    "tensors": _save(folder, "text", {"text_embeds": family.text_tower(row, torch.ones_like(row))})})
    _finish(folder, of_torch(samples))


@torch.no_grad()
def generator(net: Generator, modality: str, text: str, folder: Path) -> None:
    fresh(folder / FOLDER)
    tau = net.condition(torch.cat([padded(net, text), padded(net, "")]))
    noise = torch.randn(1, *LATENTS[modality], generator=torch.Generator().manual_seed(7))
    asked = sampling(folder.name)
    steps, guidance = min(STEPS, asked["num_inference_steps"]), asked["guidance_scale"]
    latents = ddim(net.unet, noise, tau[:1], tau[1:], guidance, steps)
    tensors = {"condition": tau[:1], "noise": noise, "latents": latents}
    if net.vocoder is None:
        tensors["pixels"] = pixels_of(net, latents)[:FRAMES]
    _finish(folder, of_torch([{"tensors": _save(folder, modality, tensors), "num_inference_steps": steps, "guidance_scale": guidance}]))


def keep(before: Path, after: Path) -> None:
    """Gives bundles with the same weights the check.json that the others have."""
    for path in sorted(before.glob("*/check.json")):
        folder = after / path.parent.name
        shutil.copytree(path.parent / FOLDER, folder / FOLDER)
        _finish(folder, json.loads(path.read_text()))


def write(family: Family, bundles: Path, media: Path) -> None:
    """`media`: the folder of the fixtures, whose files the encoder reads."""
    given = inputs(media)
    encoder(family, bundles / "encoder", media, given)
    texts = {m: about["text"] for m, (_, _, about) in given.items()}
    for m, net in family.generators.items():
        generator(net, m, texts[m], bundles / f"generator-{m}")
    generator(family.teacher, "image", texts["image"], bundles / TEACHER)
