# SPDX-License-Identifier: Apache-2.0
"""Writes ../resources/tiny-pipeline/: a diffusion pipeline whose networks are formulas that a test can work out by hand.

    unet(x, t, c)   = x / 2 + t / 1000 + mean(c) / 10        in the variants of timestep and precision that exports have
    vae_decoder(z)  = the first three channels of z, each pixel doubled in both directions
    vae-sound(z)    = the first channel of z, each number eightfold in both directions: a log-mel spectrogram
    vocoder(s)      = for each frame of s the sine of its mean, 256 times
    unet-film       = unet over latents with frames, unet-sound = unet over latents of one fixed shape
    text_encoder(i) = a row of five numbers, i + 0, i + 0.1, ... for each token id i

    pip install onnx && python tiny_pipeline.py
"""

from pathlib import Path

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper, save

OUT = Path(__file__).parent.parent / "resources" / "tiny-pipeline"
F32, F16, I64, I32 = TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.INT64, TensorProto.INT32


def write(name, nodes, inputs, outputs, constants):
    graph = helper.make_graph(nodes, name, [helper.make_tensor_value_info(*i) for i in inputs],
                              [helper.make_tensor_value_info(*o) for o in outputs],
                              [numpy_helper.from_array(value, key) for key, value in constants.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    checker.check_model(model)
    save(model, OUT / f"{name}.onnx")


def unet(name, time_shape, time_type=I64, precision=F32, names=("sample", "timestep", "encoder_hidden_states"), extra=(), latents=("batch", 4, "height", "width")):
    sample, timestep, condition = names
    number = np.float16 if precision == F16 else np.float32
    nodes = [
        helper.make_node("Cast", [timestep], ["time"], to=precision),
        helper.make_node("Reshape", ["time", "column"], ["times"]),
        helper.make_node("Mul", ["times", "thousandth"], ["timed"]),
        helper.make_node("ReduceMean", [condition], ["mean"], axes=[1, 2], keepdims=1),
        helper.make_node("Reshape", ["mean", "column"], ["means"]),
        helper.make_node("Mul", ["means", "tenth"], ["conditioned"]),
        helper.make_node("Mul", [sample, "half"], ["halved"]),
        helper.make_node("Add", ["halved", "timed"], ["sum"]),
        helper.make_node("Add", ["sum", "conditioned"], ["out_sample"]),
    ]
    constants = {"column": np.array([-1] + [1] * (len(latents) - 1)), "thousandth": np.array(0.001, number), "tenth": np.array(0.1, number),
                 "half": np.array(0.5, number)}
    inputs = [(sample, precision, list(latents)), (timestep, time_type, time_shape),
              (condition, precision, ["batch", "tokens", 5]), *extra]
    write(name, nodes, inputs, [("out_sample", precision, list(latents))], constants)


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    unet("unet-batch", ["batch"])
    unet("unet-scalar", [])
    unet("unet-one", [1])
    unet("unet-float", ["batch"], time_type=F32, names=("latents", "t", "context"))
    unet("unet-half", ["batch"], time_type=F16, precision=F16)
    unet("unet-extra", ["batch"], extra=[("text_embeds", F32, ["batch", 8])])
    write("vae_decoder", [
        helper.make_node("Slice", ["latent_sample", "from", "to", "axis"], ["colours"]),
        helper.make_node("Resize", ["colours", "", "scales"], ["sample"], mode="nearest", nearest_mode="floor",
                         coordinate_transformation_mode="asymmetric"),
    ], [("latent_sample", F32, ["batch", 4, "height", "width"])], [("sample", F32, ["batch", 3, "out_height", "out_width"])],
        {"from": np.array([0]), "to": np.array([3]), "axis": np.array([1]), "scales": np.array([1, 1, 2, 2], np.float32)})
    unet("unet-sound", ["batch"], latents=["batch", 8, 16, 8])
    unet("unet-film", ["batch"], latents=["batch", 4, "frames", "height", "width"])
    write("vae-sound", [
        helper.make_node("Slice", ["latent_sample", "from", "to", "axis"], ["first"]),
        helper.make_node("Resize", ["first", "", "scales"], ["sample"], mode="nearest", nearest_mode="floor",
                         coordinate_transformation_mode="asymmetric"),
    ], [("latent_sample", F32, ["batch", 8, 16, 8])], [("sample", F32, ["batch", 1, 128, 64])],
        {"from": np.array([0]), "to": np.array([1]), "axis": np.array([1]), "scales": np.array([1, 1, 8, 8], np.float32)})
    write("vocoder", [
        helper.make_node("ReduceMean", ["spectrogram"], ["means"], axes=[2], keepdims=1),
        helper.make_node("Sin", ["means"], ["bounded"]),
        helper.make_node("Tile", ["bounded", "repeats"], ["repeated"]),
        helper.make_node("Flatten", ["repeated"], ["waveform"], axis=1),
    ], [("spectrogram", F32, ["batch", "frames", 64])], [("waveform", F32, ["batch", "samples"])],
        {"repeats": np.array([1, 1, 256])})
    table = (np.arange(10)[:, None] + np.arange(5)[None] / 10).astype(np.float32)
    for name, id_type in [("text_encoder", I64), ("text_encoder-int32", I32)]:
        write(name, [helper.make_node("Gather", ["table", "input_ids"], ["last_hidden_state"])],
              [("input_ids", id_type, ["batch", "sequence"])], [("last_hidden_state", F32, ["batch", "sequence", 5])],
              {"table": table})
    print(sorted((path.name, path.stat().st_size) for path in OUT.iterdir()))


if __name__ == "__main__":
    main()
