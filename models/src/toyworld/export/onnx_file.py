"""Writing one ONNX file: traced, weights stored as fp16 and cast back to fp32 before use."""
from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

OPSET = 17
SMALL = 32  # tensors with fewer numbers stay fp32: halving them saves nothing


def round_weights(net: nn.Module) -> nn.Module:
    """Rounds every weight to the nearest fp16 number, in place: what is exported is then exactly what torch computes."""
    with torch.no_grad():
        for tensor in (*net.parameters(), *net.buffers()):
            if tensor.is_floating_point() and tensor.numel() >= SMALL:
                tensor.copy_(tensor.half().float())
    return net


def store_as_half(model: onnx.ModelProto) -> None:
    """Stores as fp16 every initialiser that loses nothing by it, and casts it to fp32 where it is used."""
    casts = []
    for initializer in model.graph.initializer:
        if initializer.data_type != TensorProto.FLOAT:
            continue
        values = numpy_helper.to_array(initializer)
        half = values.astype(np.float16)
        if values.size < SMALL or not np.array_equal(half.astype(np.float32), values):
            continue
        name = initializer.name
        initializer.CopyFrom(numpy_helper.from_array(half, name + "_half"))
        casts.append(helper.make_node("Cast", [name + "_half"], [name], f"cast/{name}", to=TensorProto.FLOAT))
    nodes = list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend(casts + nodes)


def write(net: nn.Module, path: Path, args: tuple[Tensor, ...], inputs: list[str], outputs: list[str],
          axes: dict[str, dict[int, str]]) -> None:
    """Exports `net`; `axes` names the free axes of each input and output."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(net.eval(), args, str(path), input_names=inputs, output_names=outputs, dynamic_axes=axes,
                          opset_version=OPSET, dynamo=False)
    model = onnx.load(str(path))
    store_as_half(model)
    for value in model.graph.value_info:  # shapes that the tracer guessed add nothing
        value.Clear()
    del model.graph.value_info[:]
    for node in model.graph.node:
        node.doc_string = ""
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
