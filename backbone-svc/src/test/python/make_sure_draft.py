# SPDX-License-Identifier: Apache-2.0
"""Makes tiny-decoders/sure of tiny-decoders/ids, which make_tiny_backbone.py makes: a draft model whose likeliest token is the same and is
likelier than all others together, as its logits are forty times as large.

    python make_sure_draft.py        (onnx)
"""
from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper

DECODERS = Path(__file__).parent.parent / "resources" / "tiny-decoders"


def main():
    model = onnx.load(DECODERS / "ids" / "decoder.onnx")
    graph = model.graph
    for node in graph.node:
        for i, name in enumerate(node.output):
            if name == "logits":
                node.output[i] = "unsure_logits"
    graph.initializer.append(numpy_helper.from_array(np.array(40, np.float32), "sureness"))
    graph.node.append(helper.make_node("Mul", ["unsure_logits", "sureness"], ["logits"]))
    onnx.checker.check_model(model)
    folder = DECODERS / "sure"
    folder.mkdir(exist_ok=True)
    onnx.save(model, folder / "decoder.onnx")


if __name__ == "__main__":
    main()
