"""Writing one ONNX file: traced, weights stored as fp16 or int8 and made fp32 again before use."""
from __future__ import annotations

import warnings
from pathlib import Path

import onnx
import torch
from torch import Tensor, nn

from .fast import is_fast
from .storing import MATRIX, SMALL, store_rounded, values_of

OPSET = 17


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


def stored(model: onnx.ModelProto) -> dict[str, Tensor]:
    """Every initialiser as fp32 under the name that the tracer gave it, whatever it is stored as."""
    return {name: torch.from_numpy(values) for name, values in values_of(model).items()}


def share_same(model: onnx.ModelProto) -> None:
    """Leaves one of the nodes that make the same of the same: the tracer writes a constant for each place that has it, and every node is
    time when a graph is loaded."""
    first: dict[tuple, onnx.NodeProto] = {}
    instead, nodes, results = {}, [], {output.name for output in model.graph.output}
    for node in model.graph.node:
        node.input[:] = [instead.get(name, name) for name in node.input]
        same = first.setdefault((node.domain, node.op_type, *node.input, *(a.SerializeToString() for a in node.attribute)), node)
        if same is node or results & set(node.output):
            nodes.append(node)
        else:
            instead |= dict(zip(node.output, same.output))
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def write(net: nn.Module, path: Path, args: tuple[Tensor, ...], inputs: list[str], outputs: list[str],
          axes: dict[str, dict[int, str]]) -> None:
    """Exports `net`; `axes` names the free axes of each input and output. What a fast form computes of its weights is left to the runtime,
    which folds it when it loads the graph; what the tracer folds is stored beside what it came from, or in more bits."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fast = is_fast(net)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(net.eval(), args, str(path), input_names=inputs, output_names=outputs, dynamic_axes=axes,
                          opset_version=OPSET, dynamo=False, do_constant_folding=not fast)
    model = onnx.load(str(path))
    if fast:
        share_same(model)
    store_rounded(model)
    for value in model.graph.value_info:  # shapes that the tracer guessed add nothing
        value.Clear()
    del model.graph.value_info[:]
    for node in model.graph.node:
        node.doc_string = ""
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
