"""Makes the models of these tests: `python make.py` beside this file. Needs the package onnx."""

from pathlib import Path

import onnx
from onnx import TensorProto, helper

HERE = Path(__file__).parent


def affine() -> onnx.ModelProto:
    """y = 2x + 1 over rows of three floats; a model small enough to check by hand."""
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 3])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", 3])
    two = helper.make_tensor("two", TensorProto.FLOAT, [], [2.0])
    one = helper.make_tensor("one", TensorProto.FLOAT, [], [1.0])
    nodes = [helper.make_node("Mul", ["x", "two"], ["doubled"]), helper.make_node("Add", ["doubled", "one"], ["y"])]
    graph = helper.make_graph(nodes, "affine", [x], [y], [two, one])
    return model(graph)


def lookup() -> onnx.ModelProto:
    """y = table[x]: a row that asks for an entry beyond the fourth fails the whole run."""
    x = helper.make_tensor_value_info("x", TensorProto.INT64, ["batch", 1])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", 1])
    table = helper.make_tensor("table", TensorProto.FLOAT, [4], [0.0, 10.0, 20.0, 30.0])
    return model(helper.make_graph([helper.make_node("Gather", ["table", "x"], ["y"])], "lookup", [x], [y], [table]))


def root() -> onnx.ModelProto:
    """y = sqrt(x): no number for a negative one."""
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 3])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", 3])
    return model(helper.make_graph([helper.make_node("Sqrt", ["x"], ["y"])], "root", [x], [y]))


def zeros() -> onnx.ModelProto:
    """As many zeros as it is asked for, which may be more than there is memory."""
    count = helper.make_tensor_value_info("count", TensorProto.INT64, [1])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["count"])
    return model(helper.make_graph([helper.make_node("ConstantOfShape", ["count"], ["y"])], "zeros", [count], [y]))


def model(graph: onnx.GraphProto) -> onnx.ModelProto:
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


for made in (affine, lookup, root, zeros):
    onnx.save(made(), HERE / f"{made.__name__}.onnx")
