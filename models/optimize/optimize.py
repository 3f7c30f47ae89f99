# SPDX-License-Identifier: Apache-2.0
"""One graph, by ONNX Runtime's own optimizers: optimize.py GRAPH OUT [--weights int8|int4|fp16].

Operators are fused as the transformer optimizer has it for several kinds of models, whichever is the fastest here; a form that gives
other numbers, or is no faster, is not taken. Then weights are stored as asked for. Writes OUT, unless nothing was gained, and prints
a line of JSON: what was done, how far its numbers are from the graph's (|made - expected| / |expected|), and how many times as fast
it ran on one thread.
"""

import argparse
import contextlib
import json
import os
import sys
import tempfile
from collections import Counter
from pathlib import Path

import graphs
import onnx
from onnxruntime.quantization.matmul_nbits_quantizer import DefaultWeightOnlyQuantConfig, MatMulNBitsQuantizer
from onnxruntime.quantization.onnx_model import ONNXModel
from onnxruntime.transformers import float16, optimizer

KINDS = ("bert", "gpt2", "clip", "unet", "vae")
DECODER_KINDS = ("bert", "gpt2")
MATRICES = ("MatMul", "Gather")
EQUAL = 1e-5  # sums in another order
FASTER = 1.03  # less is noise
BLOCK = 32  # weights that share a scale, as exporters of language models have it
# MatMulNBits' accuracy_level: what weights are multiplied with stays as it is, or becomes int8 too, which is faster.
AS_IT_IS, INT8 = 0, 4
BESIDE_FROM = 1 << 30  # bytes of weights; a file of protobuf holds 2 GiB


def write(model, out):
    """With the weights in a file beside it if they are many."""
    beside = room(model) >= BESIDE_FROM
    onnx.save_model(model, out, save_as_external_data=beside, location=out.name + ".data" if beside else None)
    return out


def fused(path, original, inputs, folder, least):
    """The path of the fastest fused form that gives the same numbers and what was fused; nothing if nothing is gained."""
    forms = {}
    before = Counter(node.op_type for node in onnx.load(path, load_external_data=False).graph.node)
    for kind in DECODER_KINDS if is_decoder(original.get_inputs()) else KINDS:
        try:
            form = optimizer.optimize_model(
                str(path), model_type=kind, num_heads=0, hidden_size=0, opt_level=0, use_gpu=False
            )
            operators = Counter(form.get_fused_operator_statistics()) - before
            key = (len(form.model.graph.node), *sorted(operators.items()))
            if not operators or key in forms:
                continue
            file = write(form.model, folder / f"{kind}.onnx")
            graph = graphs.session(file)
            if graphs.off(graph, original, inputs) <= EQUAL:
                forms[key] = (graph, file, operators)
        except Exception as e:  # a kind that the graph isn't of
            print(f"{kind}: {e}", file=sys.stderr)
    forms = list(forms.values())
    speeds = graphs.speeds(original, [graph for graph, _, _ in forms], inputs)
    if not forms or max(speeds) < least:
        return None, []
    graph, file, operators = forms[speeds.index(max(speeds))]
    # Once more: the best of several is also the luckiest.
    if graphs.speeds(original, [graph], inputs)[0] < least:
        return None, []
    return file, [f"{count} {name}" for name, count in sorted(operators.items())]


def is_decoder(inputs):
    return any("past" in one.name for one in inputs)


def lowered(path, weights, folder):
    """The graph with its weights stored as asked for, and how many were."""
    # Weights that are stored small and cast to what is multiplied stand at no product until the cast is folded.
    model = onnx.load(graphs.folded(path, folder / "folded.onnx"))
    if weights == "fp16":
        model = float16.convert_float_to_float16(model, keep_io_types=True, disable_shape_infer=True)
        return model, sum(one.data_type == onnx.TensorProto.FLOAT16 for one in model.graph.initializer)
    config = DefaultWeightOnlyQuantConfig(
        block_size=BLOCK,
        is_symmetric=True,
        accuracy_level=factors(model, weights),
        bits=4 if weights == "int4" else 8,
        op_types_to_quantize=MATRICES,
    )
    ONNXModel(model).replace_gemm_with_matmul()
    quantizer = MatMulNBitsQuantizer(model, algo_config=config)
    before = matrices(model)
    quantizer.process()
    return quantizer.model.model, before - matrices(quantizer.model.model)


def factors(model, weights):
    """How precise what weights are multiplied with may be. ONNX Runtime has no fast product of int8 that leaves it as it is."""
    if weights == "int4" and is_decoder(model.graph.input):
        # Padding is in the sums of a decoder without grouped-query attention. What is rounded to int8 differs visibly for the last
        # bit of a sum, so that answers in company would not be those alone.
        return INT8 if any(node.op_type == "GroupQueryAttention" for node in model.graph.node) else AS_IT_IS
    return INT8


def matrices(model):
    return sum(node.op_type in MATRICES for node in model.graph.node)


def room(model):
    """Bytes, wherever they lie; the whole may be too large for protobuf to say."""
    return sum(one.ByteSize() for one in (*model.graph.initializer, *model.graph.node))


def run(path, out, weights, least, folder):
    original = graphs.session(path)
    inputs = graphs.feeds(original)
    lowers = False
    best, done = fused(path, original, inputs, folder, least) if inputs else (None, [])
    if weights:
        model, count = lowered(best or path, weights, folder)
        if count and room(model) < room(onnx.load(path)):
            best = write(model, folder / "lowered.onnx")
            done.append(f"{count} {'tensors' if weights == 'fp16' else 'matrices'} of {weights}")
            lowers = True
    told = {"done": done, "lowered": lowers}
    if best is None:
        return told
    write(onnx.load(best), out)
    if inputs:
        graph = graphs.session(out)
        told["off"] = float(f"{graphs.off(graph, original, inputs):.2g}")
        told["speed"] = round(graphs.speeds(original, [graph], inputs)[0], 2)
    return told


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("graph", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--weights", choices=("int8", "int4", "fp16"))
    parser.add_argument("--faster", type=float, default=FASTER, metavar="X", help="how many times as fast a form must be")
    args = parser.parse_args()
    answer, sys.stdout = sys.stdout, sys.stderr  # the optimizers print, too
    try:
        args.out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=args.out.parent) as folder, quiet(Path(folder) / "said"):
            told = run(args.graph, args.out, args.weights, args.faster, Path(folder))
    except Exception as e:
        sys.exit(f"{args.graph}: {type(e).__name__}: {next(iter(str(e).strip().splitlines()), '')}")
    print(json.dumps(told), file=answer)


@contextlib.contextmanager
def quiet(file):
    """What libraries write to stderr, native ones too, is of no use to who asked."""
    kept = os.dup(2)
    with file.open("wb") as said:
        os.dup2(said.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)


if __name__ == "__main__":
    main()
