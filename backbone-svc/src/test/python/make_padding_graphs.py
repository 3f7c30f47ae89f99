# SPDX-License-Identifier: Apache-2.0
"""Makes src/test/resources/padding: decoders as small as they can be, which want their rows padded at one side or the other, or not at all.
They are looked at and never run.

    python make_padding_graphs.py        (onnx)
"""
from pathlib import Path

import numpy as np
from onnx import FunctionProto, TensorProto, helper, numpy_helper, save

OUT = Path(__file__).parent.parent / "resources" / "padding"
MICROSOFT = "com.microsoft"
EMBEDS, MASK, POSITIONS = (helper.make_tensor_value_info(name, kind, shape) for name, kind, shape in (
    ("inputs_embeds", TensorProto.FLOAT, ["b", "s", 16]), ("attention_mask", TensorProto.INT64, ["b", "t"]),
    ("position_ids", TensorProto.INT64, ["b", "s"])))
LOGITS = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["b", "s", 16])
# What every sound decoder has: positions looked up and added, a mask of one number for each pair of positions.
PLACED = [helper.make_node("Gather", ["table", "position_ids"], ["places"]),
          helper.make_node("Add", ["inputs_embeds", "places"], ["placed"]),
          helper.make_node("Cast", ["attention_mask"], ["kept"], to=TensorProto.FLOAT),
          helper.make_node("Unsqueeze", ["kept", "axes"], ["bias"])]
CONSTANTS = [numpy_helper.from_array(np.zeros((4, 16), np.float32), "table"), numpy_helper.from_array(np.array([1, 2]), "axes"),
             numpy_helper.from_array(np.zeros((16, 16), np.float32), "weights")]


def attention(operator, inputs, domain=MICROSOFT, output="logits"):
    return helper.make_node(operator, inputs, [output], domain=domain, **({"num_heads": 2} if domain else {}))


def write(name, nodes, functions=(), constants=CONSTANTS):
    graph = helper.make_graph(nodes, name, [EMBEDS, MASK, POSITIONS], [LOGITS], constants)
    opsets = [helper.make_opsetid("", 23), helper.make_opsetid(MICROSOFT, 1), helper.make_opsetid("local", 1)]
    save(helper.make_model(graph, opset_imports=opsets, functions=list(functions), ir_version=9), OUT / f"{name}.onnx")


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    query = ["placed", "placed", "placed"]
    grouped = attention("GroupQueryAttention", [*query, "", "", "kept", "kept"])
    write("group-query", [*PLACED, grouped])
    body = helper.make_graph([grouped], "body", [], [LOGITS])
    deeper = helper.make_graph([helper.make_node("If", ["yes"], ["logits"], then_branch=body, else_branch=body)], "deeper", [], [LOGITS])
    write("group-query-inside", [*PLACED, helper.make_node("Cast", ["kept"], ["yes"], to=TensorProto.BOOL),
                                 helper.make_node("If", ["yes"], ["logits"], then_branch=deeper, else_branch=deeper)])
    function = helper.make_function("local", "Block", ["x", "m"], ["y"],
                                    [attention("GroupQueryAttention", ["x", "x", "x", "", "", "m", "m"], output="y")],
                                    [helper.make_opsetid("", 23), helper.make_opsetid(MICROSOFT, 1)])
    write("group-query-function", [*PLACED, helper.make_node("Block", ["placed", "kept"], ["logits"], domain="local")], [function])
    write("group-query-bias", [*PLACED, attention("GroupQueryAttention", [*query, "", "", "kept", "kept", "", "", "", "bias"])])
    write("grouped-and-standard", [*PLACED, attention("GroupQueryAttention", [*query, "", "", "kept", "kept"], output="grouped"),
                                   attention("Attention", ["grouped", "placed", "placed", "bias"], "")])
    write("paged", [*PLACED, attention("PagedAttention", [*query, "kept"])])
    write("multi-head", [*PLACED, attention("MultiHeadAttention", [*query, "", "", "bias"])])
    write("multi-head-lengths", [*PLACED, attention("MultiHeadAttention", [*query, "", "kept"])])
    write("multi-head-shared-past", [*PLACED, attention("MultiHeadAttention", [*query, "", "", "bias", "placed", "placed", "kept"])])
    write("multi-head-unmasked", [*PLACED, attention("MultiHeadAttention", query), helper.make_node("Add", ["logits", "bias"], ["more"])])
    write("packed-weights-lengths", [*PLACED, attention("Attention", ["placed", "weights", "", "kept"])])
    write("packed-weights-bias", [*PLACED, attention("Attention", ["placed", "weights", "", "", "", "bias"])])
    write("standard", [*PLACED, attention("Attention", [*query, "bias"], "")])
    write("standard-lengths", [*PLACED, attention("Attention", [*query, "bias", "", "", "kept"], "")])
    write("scattered", [*PLACED, attention("TensorScatter", ["placed", "bias", "kept"], "", "cache"), attention("Attention", [*query, "bias"], "")])
    # Positions are counted from the shapes, and the input is there for its name alone.
    write("no-positions", [helper.make_node("Shape", ["position_ids"], ["shape"]), helper.make_node("Cast", ["shape"], ["places"], to=TensorProto.FLOAT),
                           helper.make_node("Add", ["inputs_embeds", "places"], ["placed"]), *PLACED[2:], attention("Attention", [*query, "bias"], "")])
    write("no-mask", [*PLACED, attention("Attention", [*query, "weights"], "")])


main()
