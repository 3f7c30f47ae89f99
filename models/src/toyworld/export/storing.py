"""How a file stores its weights: as fp16 or int8, made fp32 again before use. Needs no torch."""
from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SMALL, MATRIX = 32, 4096  # tensors with fewer numbers stay fp32, and matrices fp16: rounding them saves nothing


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


def values_of(model: onnx.ModelProto) -> dict[str, np.ndarray]:
    """Every initialiser as fp32 under the name that the tracer gave it, whatever it is stored as."""
    arrays = {i.name: numpy_helper.to_array(i) for i in model.graph.initializer}
    out = {}
    for name, array in arrays.items():
        if name.endswith("_int8"):
            traced = name.removesuffix("_int8")
            out[traced] = array * arrays[traced + "_step"]
        elif name.endswith("_half"):
            out[name.removesuffix("_half")] = array.astype("float32")
        elif array.dtype == "float32" and not name.endswith("_step"):
            out[name] = array.copy()
    return out


def store_anew(model: onnx.ModelProto, values: dict[str, np.ndarray]) -> None:
    """Stores other numbers under the names of :func:`values_of`; those that are not named stay as they are."""
    olds = {name + end for name in values for end in ("", "_int8", "_step", "_half")}
    initializers = [i for i in model.graph.initializer if i.name not in olds]
    made = {"cast/" + name for name in values} | {"scale/" + name for name in values}
    nodes = [n for n in model.graph.node if n.name not in made]
    del model.graph.initializer[:], model.graph.node[:]
    model.graph.initializer.extend([*initializers, *(numpy_helper.from_array(array, name) for name, array in values.items())])
    model.graph.node.extend(nodes)
    store_rounded(model)
