"""The way back from exported files to networks: on a machine that has the committed bundles and no checkpoints, training goes on from these."""
from __future__ import annotations

from pathlib import Path
from typing import Iterable

import onnx
import torch
from torch import nn

from ..world.tokenizer import SIGNALS
from . import onnx_file
from .family import Family, Step, Words, random_family


def module_of(node: str) -> str:
    """The module that a traced node ran in: `/layers.0/feed/feed.2/MatMul` is of `layers.0.feed.2`."""
    path: list[str] = []
    for part in node.strip("/").split("/")[:-1]:
        if path and part.startswith(path[-1] + "."):
            path.pop()
        path.append(part)
    return ".".join(path)


def parameter_of(node: onnx.NodeProto, names: Iterable[str]) -> str:
    """The one of `names` that a node reads whose constant the tracer renamed."""
    kinds = ("bias",) if node.op_type == "Add" else ("weight", "gain")
    return next((name for kind in kinds if (name := f"{module_of(node.name)}.{kind}".removeprefix(".")) in names), "")


@torch.no_grad()
def read(net: nn.Module, path: Path, tied: tuple[str, ...] = ()) -> None:
    """Gives `net` the weights of an exported file, in the order of the net's own: linear layers are stored the other way around.
    `tied` names parameters that the file has not or has twice. Raises ValueError if any other parameter isn't in it."""
    model = onnx.load(str(path))
    users = {name: node for node in reversed(model.graph.node) for name in node.input}
    mine, missing = dict(net.state_dict()), set(net.state_dict()) - set(tied)
    for name, values in onnx_file.stored(model).items():
        if name not in mine:
            user = users[name]
            name, values = parameter_of(user, mine), values.mT if user.op_type == "MatMul" else values
        if name in missing and mine[name].numel() == values.numel():
            mine[name].copy_(values.reshape(mine[name].shape))
            missing.discard(name)
    if missing:
        raise ValueError(f"{path} lacks {', '.join(sorted(missing))}")


def exported_family(bundles: Path, judges: Path) -> Family:
    """The networks as the bundles have them. Exported again they are the same bytes."""
    family = random_family(bundles / "backbone/tokenizer.json", {m: bundles / f"generator-{m}/tokenizer/tokenizer.json" for m in SIGNALS})
    for name, net in family.each():
        part, _, which = name.partition(" ")
        if part == "backbone":
            read(Words(net), bundles / "backbone/embedding.onnx")
            read(Step(net), bundles / "backbone/model.onnx", tied=("backbone.words.weight",))
        else:
            read(net, (judges / which if part == "judge" else bundles / part / which) / "model.onnx")
    return family
