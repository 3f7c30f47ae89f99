"""The picture generator of few steps. It has the text encoder, tokenizer and decoder of the one that it was distilled from: links to
their files, so that the tree has each once."""
from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from torch import nn

from ..train.few_steps import STEPS
from .generators import Generator, generator_image
from .layout import FEW_STEPS
from .onnx_file import round_weights


def link_to_same(folder: Path, other: Path) -> None:
    """Makes a relative link of every file that is the same in the other folder, the manifest's checksums say of what."""
    for path in [p for p in sorted(folder.rglob("*")) if p.is_file()]:
        same = other / path.relative_to(folder)
        if same.exists() and same.read_bytes() == path.read_bytes():
            path.unlink()
            path.symlink_to(os.path.relpath(same, path.parent))


def write(unet: nn.Module, distilled_from: Generator, bundles: Path) -> None:
    generator = replace(distilled_from, unet=round_weights(unet, int8=True))
    generator_image(generator, bundles / FEW_STEPS, guidance_scale=1.0, max_guidance_scale=1.0, num_inference_steps=STEPS, max_inference_steps=STEPS)
    link_to_same(bundles / FEW_STEPS, bundles / "generator-image")
