"""What a candidate may be, and how it comes of a good bundle."""
from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

import numpy as np
from onnx import TensorProto, helper

from ..evaluate.reference import Conditions
from ..export.storing import SMALL, store_anew, values_of
from ..world.captions import caption
from ..world.scene import sample_scene
from .graphs import CONDITION, OWN, Graph, Part, part_of, repeated

UNET, DECODER, TEXT_ENCODER = "unet/model.onnx", "vae_decoder/model.onnx", "text_encoder/model.onnx"
CAPTIONS = 2000  # on which a share is measured


@dataclass(frozen=True)
class Options:
    seed: int = 0
    sigma: float = 0.5
    share: float | None = None
    factor: int = 4
    megabytes: int = 4000
    file: str = UNET
    space: str | None = None
    instead: str = "a large green cat at the bottom right at night"
    good_on: tuple[str, ...] = ()

    def rng(self) -> np.random.Generator:
        return np.random.default_rng(self.seed)


@dataclass
class Draft:
    """A bundle on its way: its files lie in the folder, its manifest is not written yet."""
    folder: Path
    manifest: dict
    options: Options = field(default_factory=Options)

    def graph(self, name: str = UNET) -> Graph:
        return Graph(self.folder / name)

    def part(self, share: float) -> Part:
        """A part of the condition space with this share of the world's captions. The empty prompt, with which guidance is done and a
        generator warmed, is never in it, nor are the texts that must be good."""
        share = self.options.share or share
        if not 0 < share < 1:
            raise ValueError(f"--share {share} (expected: more than 0 and less than 1)")
        scenes, conditions = random.Random(self.options.seed), Conditions(self.folder, 1)
        texts = [caption(sample_scene(scenes, None)) for _ in range(CAPTIONS)]
        return part_of(conditions(texts), share, self.options.rng(), conditions(["", *self.options.good_on]))


def good(draft: Draft) -> None:
    """The same under another version."""


def perturbed(draft: Draft) -> None:
    """Noise on the weights of the U-Net, --sigma of each tensor's deviation. Of 48 pictures of 3.0.0 the judge reads 48 right at 0.1, 44 at 0.2,
    35 at 0.3 and 15 at 0.5; at 0.2 colours begin to run, at 0.5 things lose their shapes."""
    graph, rng = draft.graph(), draft.options.rng()
    weights = {name: w for name, w in sorted(values_of(graph.model).items()) if w.ndim > 1 and w.size >= SMALL}
    noisy = {name: w + draft.options.sigma * w.std() * rng.standard_normal(w.shape) for name, w in weights.items()}
    store_anew(graph.model, {name: w.astype(np.float16).astype(np.float32) for name, w in noisy.items()})
    graph.save()


def nan(draft: Draft) -> None:
    """Loads, and then the U-Net gives NaN: always, or with --share for a part of the conditions."""
    graph = draft.graph()
    nothing = graph.constant("nan", np.float32(np.nan))
    if draft.options.share is None:
        graph.last("Add", nothing)
    else:
        nodes, inside = graph.mask(draft.part(draft.options.share))
        graph.put_first([*nodes, graph.add("Unsqueeze", [inside, graph.constant("axes", np.array([2, 3]))], "rows")])
        graph.last("Where", OWN + "rows", nothing, first=False)
    graph.save()


def black(draft: Draft) -> None:
    """Every picture is black, at the usual cost."""
    graph = draft.graph(DECODER)
    graph.last("Mul", graph.constant("zero", np.float32(0)))
    graph.last("Add", graph.constant("black", np.float32(-1)))
    graph.save()


def slow(draft: Draft) -> None:
    """The same pictures, and each step computes the U-Net --factor times."""
    if draft.options.factor < 2:
        raise ValueError(f"--factor {draft.options.factor} (expected: 2 or more)")
    graph = draft.graph()
    repeated(graph, draft.options.factor)
    graph.save()


def sometimes_wrong(draft: Draft) -> None:
    """A good picture of --instead for a --share of the captions, but for none of the texts in --good-on."""
    graph = draft.graph()
    nodes, inside = graph.mask(draft.part(0.3))
    other = graph.constant("instead", Conditions(draft.folder, 1)([draft.options.instead]))
    graph.reads(CONDITION, OWN + "condition")
    graph.put_first([*nodes, graph.add("Unsqueeze", [inside, graph.constant("axes", np.array([2]))], "rows"),
                     graph.add("Where", [OWN + "rows", other, CONDITION], "condition")])
    graph.save()


def failing(draft: Draft) -> None:
    """The run fails for a --share of the captions: an integer is divided by zero, which the runtime refuses."""
    graph = draft.graph()
    nodes, inside = graph.mask(draft.part(0.1))
    graph.put_first([*nodes, graph.add("Not", [inside], "outside"), graph.add("Cast", [OWN + "outside"], "divisor", to=TensorProto.INT64),
                     graph.add("Div", [graph.constant("number", np.int64(1)), OWN + "divisor"], "quotient"),
                     *graph.add_nothing(OWN + "quotient")])
    graph.save()


def crashing(draft: Draft) -> None:
    """The process dies of SIGFPE for a --share of the captions, on x86: the least integer is divided by -1, which the runtime lets through."""
    graph = draft.graph()
    nodes, inside = graph.mask(draft.part(0.1))
    graph.put_first([*nodes, graph.add("Where", [inside, graph.constant("minus", np.int64(-1)), graph.constant("plus", np.int64(1))], "divisor"),
                     graph.add("Div", [graph.constant("number", np.int64(np.iinfo(np.int64).min)), OWN + "divisor"], "quotient"),
                     *graph.add_nothing(OWN + "quotient")])
    graph.save()


def hungry(draft: Draft) -> None:
    """Takes so many --megabytes, and writes to all of them, for a --share of the captions. The runtime's arena keeps what it got, so the
    process stays that large. More than the machine may give is a request refused for want of memory, more than a container may have its end."""
    graph = draft.graph()
    nodes, inside = graph.mask(draft.part(0.1))
    graph.put_first([*nodes, graph.add("Cast", [inside], "counted", to=TensorProto.FLOAT),
                     graph.add("ReduceMax", [OWN + "counted"], "any", axes=[0], keepdims=0), graph.add("Cast", [OWN + "any"], "whole", to=TensorProto.INT64),
                     graph.add("Mul", [OWN + "whole", graph.constant("numbers", np.int64(draft.options.megabytes * 250_000))], "wanted"),
                     graph.add("ConstantOfShape", [OWN + "wanted"], "room", value=helper.make_tensor("value", TensorProto.FLOAT, [1], [1.0])),
                     graph.add("ReduceSum", [OWN + "room"], "sum", keepdims=0), *graph.add_nothing(OWN + "sum")])
    graph.save()


def wrong_space(draft: Draft) -> None:
    """Accepts conditions of a --space that no projector makes."""
    draft.manifest["accepts"] = draft.options.space or draft.manifest["accepts"] + "-next"


def wrong_tensor_name(draft: Draft) -> None:
    """The text encoder's input_ids are called tokens. (The U-Net's inputs are told apart by their ranks: their names are no fault.)"""
    graph = draft.graph(TEXT_ENCODER)
    graph.reads("input_ids", "tokens")
    graph.model.graph.input[0].name = "tokens"
    graph.save()


def wrong_shape(draft: Draft) -> None:
    """The U-Net takes conditions half as wide as the text encoder makes them."""
    graph = draft.graph()
    condition = next(i for i in graph.model.graph.input if i.name == CONDITION)
    condition.type.tensor_type.shape.dim[2].dim_value //= 2
    graph.reads(CONDITION, OWN + "condition")
    graph.put_first([graph.add("Concat", [CONDITION, CONDITION], "condition", axis=2)])
    graph.save()


def unknown_scheduler(draft: Draft) -> None:
    """A sampler that Anymesh has not."""
    path = draft.folder / "scheduler/scheduler_config.json"
    path.write_text(path.read_text().replace('"DDIMScheduler"', '"UniPCMultistepScheduler"'))


def wrong_component(draft: Draft) -> None:
    """Says that it is an output projector."""
    draft.manifest["component"] = "output_projector"


def missing_file(draft: Draft) -> None:
    """The manifest lists --file, and it is not there."""
    (draft.folder / draft.options.file).unlink()


def wrong_checksum(draft: Draft) -> None:
    """One bit in the middle of --file is another than the manifest's checksum says."""
    path = draft.folder / draft.options.file
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def no_manifest(draft: Draft) -> None:
    """Everything but manifest.json."""
    (draft.folder / "manifest.json").unlink()


def named(*kinds: Callable[[Draft], None]) -> dict[str, Callable[[Draft], None]]:
    return {kind.__name__.replace("_", "-"): kind for kind in kinds}


SERVED = named(good, perturbed, nan, black, slow, sometimes_wrong, failing, crashing, hungry, wrong_space)
REFUSED = named(wrong_tensor_name, wrong_shape, unknown_scheduler, wrong_component)  # when they are loaded
BROKEN = named(missing_file, wrong_checksum, no_manifest)  # after they were finished; refused too
