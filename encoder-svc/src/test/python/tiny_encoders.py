# SPDX-License-Identifier: Apache-2.0
"""Writes ../resources/tiny-encoders/: encoders of sound and film that a test can work out by hand, and what transformers'
WhisperFeatureExtractor makes of a sound.

    audio: last_hidden_state = the spectrogram, turned: [B, 200, 80];   audio_embeds = the mean of each band: [B, 80]
    video: last_hidden_state = the mean of each frame's colours: [B, 8, 3];   video_embeds = all of these: [B, 24]

    pip install onnx transformers safetensors && python tiny_encoders.py
"""

from pathlib import Path

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper, save
from safetensors.numpy import save_file
from transformers import WhisperFeatureExtractor

OUT = Path(__file__).parent.parent / "resources" / "tiny-encoders"
F32 = TensorProto.FLOAT


def write(name, nodes, inputs, outputs, constants=None):
    graph = helper.make_graph(nodes, name, [helper.make_tensor_value_info(key, F32, shape) for key, shape in inputs.items()],
                              [helper.make_tensor_value_info(key, F32, shape) for key, shape in outputs.items()],
                              [numpy_helper.from_array(value, key) for key, value in (constants or {}).items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    checker.check_model(model)
    save(model, OUT / f"{name}.onnx")


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    write("audio", [helper.make_node("Transpose", ["input_features"], ["last_hidden_state"], perm=[0, 2, 1]),
                    helper.make_node("ReduceMean", ["input_features"], ["audio_embeds"], axes=[2], keepdims=0)],
          {"input_features": ["batch", 80, 200]}, {"last_hidden_state": ["batch", 200, 80], "audio_embeds": ["batch", 80]})
    write("video", [helper.make_node("ReduceMean", ["pixel_values"], ["last_hidden_state"], axes=[3, 4], keepdims=0),
                    helper.make_node("Reshape", ["last_hidden_state", "flat"], ["video_embeds"])],
          {"pixel_values": ["batch", 8, 3, 64, 64]}, {"last_hidden_state": ["batch", 8, 3], "video_embeds": ["batch", 24]},
          {"flat": np.array([-1, 24])})
    time = np.arange(24000) / 16000
    sound = .5 * np.sin(2 * np.pi * 440 * time) + .25 * np.sin(2 * np.pi * 1760 * time)
    features = WhisperFeatureExtractor(chunk_length=2)(sound.astype(np.float32), sampling_rate=16000, return_tensors="np")
    save_file({"input_features": features.input_features[0].astype(np.float32)}, OUT / "whisper.safetensors")
    print(sorted((path.name, path.stat().st_size) for path in OUT.iterdir()))


if __name__ == "__main__":
    main()
