"""Writing one ONNX file: traced, weights stored as fp16 or int8 and made fp32 again before use."""
from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

OPSET = 17
SMALL, MATRIX = 32, 4096  # tensors with fewer numbers stay fp32, and matrices fp16: rounding them saves nothing


def steps_of(largest: Tensor) -> Tensor:
    """The step between two int8 numbers whose largest is 127: itself a fp16 number, so that 127 of them are exact in fp32."""
    step = (largest / 127).half().float()
    return torch.where(step == 0, 1.0, step)


def round_to_int8(weight: Tensor) -> Tensor:
    """A weight [out, ...] of which every output has 127 steps or fewer of its own."""
    step = steps_of(weight.abs().flatten(1).amax(1)).view(-1, *[1] * (weight.dim() - 1))
    return (weight / step).round().clamp(-127, 127) * step


def matrices_of(net: nn.Module) -> dict[str, nn.Parameter]:
    """The weights that may be stored as int8, by name: those of linear layers and convolutions that are worth it."""
    return {f"{name}.weight": m.weight for name, m in net.named_modules()
            if isinstance(m, (nn.Linear, nn.Conv2d)) and m.weight.numel() >= MATRIX}


def round_weights(net: nn.Module, int8: bool = False) -> nn.Module:
    """Rounds every weight in place to a number that is stored exactly, so that what is exported is what torch computes: to fp16,
    or the matrices to int8."""
    matrices = {id(weight) for weight in matrices_of(net).values()} if int8 else set()
    with torch.no_grad():
        for tensor in (*net.parameters(), *net.buffers()):
            if id(tensor) in matrices:
                tensor.copy_(round_to_int8(tensor))
            elif tensor.is_floating_point() and tensor.numel() >= SMALL:
                tensor.copy_(tensor.half().float())
    return net


def rounded_straight_through(net: nn.Module, *inputs: Tensor) -> Tensor:
    """What `net` gives with its matrices rounded to int8; gradients pass as if they weren't (Bengio et al. 2013)."""
    rounded = {name: weight + (round_to_int8(weight) - weight).detach() for name, weight in matrices_of(net).items()}
    return torch.func.functional_call(net, rounded, inputs)


def as_half(values: np.ndarray) -> np.ndarray | None:
    """The same numbers as fp16, or None where one is lost."""
    half = values.astype(np.float16)
    return half if values.size >= SMALL and np.array_equal(half.astype(np.float32), values) else None


def as_int8(values: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """A weight as int8 numbers and the step of each output, or None where it was not rounded so. A matrix may have its outputs in
    columns, as MatMul takes it; a convolution's come first."""
    if values.ndim not in (2, 4) or values.size < MATRIX:
        return None
    for axes in ((0,), (1,)) if values.ndim == 2 else ((1, 2, 3),):
        step = np.abs(values).max(axes, keepdims=True) / np.float32(127)
        step[step == 0] = 1
        whole = np.rint(values / step)
        if np.array_equal(whole * step, values):
            return whole.astype(np.int8), step
    return None


def precision(folder: Path) -> str:
    """How the weights of a folder's files are stored."""
    kinds = {i.data_type for path in folder.rglob("*.onnx") for i in onnx.load(str(path)).graph.initializer}
    return "fp16-and-int8-initializers" if TensorProto.INT8 in kinds else "fp16-initializers"


def store_rounded(model: onnx.ModelProto) -> None:
    """Stores every initialiser in the fewest bits that lose nothing, and makes it fp32 again where it is used. Cast and Mul are
    folded when the graph is loaded; a DequantizeLinear would be kept for int8 kernels, and run at every step where there are none."""
    nodes = []
    for initializer in list(model.graph.initializer):
        if initializer.data_type != TensorProto.FLOAT:
            continue
        name, values = initializer.name, numpy_helper.to_array(initializer)
        if (int8 := as_int8(values)) is not None:
            initializer.CopyFrom(numpy_helper.from_array(int8[0], name + "_int8"))
            model.graph.initializer.append(numpy_helper.from_array(int8[1], name + "_step"))
            nodes += [helper.make_node("Cast", [name + "_int8"], [name + "_whole"], f"cast/{name}", to=TensorProto.FLOAT),
                      helper.make_node("Mul", [name + "_whole", name + "_step"], [name], f"scale/{name}")]
        elif (half := as_half(values)) is not None:
            initializer.CopyFrom(numpy_helper.from_array(half, name + "_half"))
            nodes.append(helper.make_node("Cast", [name + "_half"], [name], f"cast/{name}", to=TensorProto.FLOAT))
    nodes += model.graph.node
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def stored(model: onnx.ModelProto) -> dict[str, Tensor]:
    """Every initialiser as fp32 under the name that the tracer gave it, whatever it is stored as."""
    arrays = {i.name: numpy_helper.to_array(i) for i in model.graph.initializer}
    out = {}
    for name, array in arrays.items():
        if name.endswith("_int8"):
            traced = name.removesuffix("_int8")
            out[traced] = torch.from_numpy(array * arrays[traced + "_step"])
        elif name.endswith("_half"):
            out[name.removesuffix("_half")] = torch.from_numpy(array.astype("float32"))
        elif array.dtype == "float32" and not name.endswith("_step"):
            out[name] = torch.from_numpy(array.copy())
    return out


def write(net: nn.Module, path: Path, args: tuple[Tensor, ...], inputs: list[str], outputs: list[str],
          axes: dict[str, dict[int, str]]) -> None:
    """Exports `net`; `axes` names the free axes of each input and output."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(net.eval(), args, str(path), input_names=inputs, output_names=outputs, dynamic_axes=axes,
                          opset_version=OPSET, dynamo=False)
    model = onnx.load(str(path))
    store_rounded(model)
    for value in model.graph.value_info:  # shapes that the tracer guessed add nothing
        value.Clear()
    del model.graph.value_info[:]
    for node in model.graph.node:
        node.doc_string = ""
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
