"""Changes to a finished ONNX graph, none of which a runtime's optimizer can undo."""
from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnx
from onnx import NodeProto, TensorProto, helper, numpy_helper

CONDITION = "encoder_hidden_states"
OWN = "candidate/"  # in front of the name of all that is added


@dataclass
class Graph:
    """A graph with one output. What is added comes first or last, so that the nodes stay in the order of their data."""
    path: Path
    model: onnx.ModelProto = field(init=False)

    def __post_init__(self) -> None:
        self.model = onnx.load(str(self.path))

    @property
    def nodes(self):
        return self.model.graph.node

    @property
    def output(self) -> str:
        return self.model.graph.output[0].name

    def save(self) -> None:
        onnx.checker.check_model(self.model)
        onnx.save(self.model, str(self.path))

    def constant(self, name: str, value: np.ndarray) -> str:
        self.model.graph.initializer.append(numpy_helper.from_array(np.asarray(value), OWN + name))
        return OWN + name

    def put_first(self, nodes: list[NodeProto]) -> None:
        rest = list(self.nodes)
        del self.nodes[:]
        self.nodes.extend([*nodes, *rest])

    def reads(self, name: str, instead: str) -> None:
        """Has every node read another tensor instead of this one."""
        for node in self.nodes:
            for i, read in enumerate(node.input):
                if read == name:
                    node.input[i] = instead

    def last(self, op: str, *others: str, first: bool = True) -> None:
        """Puts one more operator behind the output: `op(output, *others)`, or where that is not the first input `op(*others, output)`."""
        name, before = self.output, f"{OWN}before{len(self.nodes)}"
        for node in self.nodes:
            for i, written in enumerate(node.output):
                if written == name:
                    node.output[i] = before
        self.reads(name, before)
        self.nodes.append(helper.make_node(op, [before, *others] if first else [*others, before], [name], f"{OWN}{op}{len(self.nodes)}"))

    def add(self, op: str, inputs: list[str], name: str, **attributes: object) -> NodeProto:
        return helper.make_node(op, inputs, [OWN + name], OWN + name, **attributes)

    def mask(self, part: Part) -> tuple[list[NodeProto], str]:
        """Nodes that tell of each row whether its condition is in this part of the condition space, and their output, bool [B, 1]."""
        direction, threshold = self.constant("direction", part.direction), self.constant("threshold", np.array([part.threshold], np.float32))
        return [self.add("Flatten", [CONDITION], "flat", axis=1), self.add("MatMul", [OWN + "flat", direction], "place"),
                self.add("Greater", [OWN + "place", threshold], "inside")], OWN + "inside"

    def add_nothing(self, number: str) -> list[NodeProto]:
        """Nodes that add 0 times a number of each row, or of all, to the output, so that the number must be known."""
        self.last("Add", OWN + "nothing")
        return [self.add("Cast", [number], "float", to=TensorProto.FLOAT),
                self.add("Mul", [OWN + "float", self.constant("zero", np.float32(0))], "flat_nothing"),
                self.add("Reshape", [OWN + "flat_nothing", self.constant("per_row", np.array([-1, 1, 1, 1]))], "nothing")]


@dataclass(frozen=True)
class Part:
    """A part of the condition space: where the product with `direction` [numbers, 1] is above the threshold."""
    direction: np.ndarray
    threshold: float

    def has(self, conditions: np.ndarray) -> np.ndarray:
        """Which of the conditions [N, tokens, width] are inside."""
        return (conditions.reshape(len(conditions), -1) @ self.direction)[:, 0] > self.threshold


def part_of(conditions: np.ndarray, share: float, rng: np.random.Generator, outside: np.ndarray) -> Part:
    """A part that holds so large a share of these conditions, and none of those that must be outside: of a random direction, turned away
    from those of them that are inside. ValueError if they are too many for that."""
    rows, kept = conditions.reshape(len(conditions), -1), outside.reshape(len(outside), -1)
    inverse = np.linalg.pinv(kept, rcond=1e-3)
    for _ in range(50):
        direction = rng.standard_normal((rows.shape[1], 1)).astype(np.float32) / np.float32(np.sqrt(rows.shape[1]))
        for _ in range(20):
            places, theirs = (rows @ direction)[:, 0], kept @ direction
            threshold, margin = float(np.quantile(places, 1 - share)), 0.1 * places.std()  # a projected condition is not quite a caption's own
            if (theirs < threshold - margin).all():
                return Part(direction, threshold)
            direction = (direction + inverse @ (np.minimum(theirs, threshold - 2 * margin) - theirs)).astype(np.float32)
    raise ValueError(f"no part with a share of {share} leaves out all {len(outside)} texts that must be good: ask for a smaller share or fewer texts")


def repeated(graph: Graph, times: int, source: str = "sample") -> None:
    """Has the graph compute itself so many times, one after another: each time from `source` plus 0 times what came before it. Zero
    times a number is not nothing to a runtime, which must give NaN for NaN, so all of it is done; the last result is as the first."""
    is_shared = lambda node: node.op_type == "Constant" or node.name.startswith(("cast/", "scale/"))
    shared, body = [n for n in graph.nodes if is_shared(n)], [n for n in graph.nodes if not is_shared(n)]
    written, zero, start = {name for node in body for name in node.output}, graph.constant("zero", np.float32(0)), source
    copies: list[NodeProto] = []
    for time in range(1, times):
        name = lambda tensor: f"{OWN}{time}/{tensor}"
        for node in body:
            copy = NodeProto()
            copy.CopyFrom(node)
            copy.name = name(node.name)
            copy.input[:] = [start if read == source else name(read) if read in written else read for read in node.input]
            copy.output[:] = [name(out) for out in node.output]
            copies.append(copy)
        copies += [helper.make_node("Mul", [name(graph.output), zero], [name("nothing")], name("nothing")),
                   helper.make_node("Add", [source, name("nothing")], [name("start")], name("start"))]
        start = name("start")
    for node in body:
        node.input[:] = [start if read == source else read for read in node.input]
    del graph.nodes[:]
    graph.nodes.extend([*shared, *copies, *body])
