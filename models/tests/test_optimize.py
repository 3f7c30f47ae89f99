# SPDX-License-Identifier: Apache-2.0
"""models/optimize: what ONNX Runtime's optimizers make of a graph, in the environment that it makes for itself."""

import json
import re
import subprocess
from pathlib import Path

import onnx
import pytest

ROOT = Path(__file__).parents[2]
ZOO = ROOT / "backbone-svc/src/test/resources/zoo"


def optimize(graph, out, *options):
    ended = subprocess.run(
        [ROOT / "models/optimize/run", graph, out, *options], capture_output=True, text=True, timeout=600
    )
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def operators(path):
    return [node.op_type for node in onnx.load(path, load_external_data=False).graph.node]


def test_it_is_the_runtime_that_serves():
    lock = (ROOT / "models/optimize/requirements.lock").read_text()
    served = re.search(r"<onnxruntime.version>(.*)<", (ROOT / "pom.xml").read_text()).group(1)
    assert f"onnxruntime=={served}\n" in lock


def test_operators_are_fused_and_give_the_same(tmp_path):
    out = tmp_path / "model.onnx"
    told = optimize(ZOO / "gpt2-optimum/model.onnx", out, "--faster", "0")
    assert "4 SkipLayerNormalization" in told["done"]
    assert told["off"] < 1e-5
    assert not told["lowered"]
    assert operators(out).count("SkipLayerNormalization") == 4
    assert len(operators(out)) < len(operators(ZOO / "gpt2-optimum/model.onnx"))


def test_a_form_that_is_no_faster_is_not_taken(tmp_path):
    out = tmp_path / "model.onnx"
    told = optimize(ZOO / "gpt2-optimum/model.onnx", out, "--faster", "1000")
    assert told == {"done": [], "lowered": False}
    assert not out.exists()


@pytest.mark.parametrize(("weights", "off"), [("int8", 0.1), ("int4", 1), ("fp16", 0.01)])
def test_weights_take_less_room(weights, off, tmp_path):
    graph = ZOO / "gpt2-optimum/model.onnx"
    out = tmp_path / "model.onnx"
    told = optimize(graph, out, "--weights", weights, "--faster", "1000")
    assert told["lowered"]
    assert told["done"][-1].endswith(f" of {weights}")
    assert 1e-5 < told["off"] < off
    assert out.stat().st_size < graph.stat().st_size
    if weights != "fp16":
        assert operators(out).count("MatMulNBits") == 9  # those that the exporter wrote as Gemm, too


def test_weights_that_are_small_already_stay(tmp_path):
    small = tmp_path / "small.onnx"
    assert optimize(ZOO / "gpt2-optimum/model.onnx", small, "--weights", "int8", "--faster", "1000")["lowered"]
    again = tmp_path / "again.onnx"
    assert optimize(small, again, "--weights", "int8", "--faster", "1000") == {"done": [], "lowered": False}
    assert not again.exists()


def test_what_is_no_graph_is_told_in_a_line(tmp_path):
    graph = tmp_path / "model.onnx"
    graph.write_text("no graph")
    ended = subprocess.run([ROOT / "models/optimize/run", graph, tmp_path / "out.onnx"], capture_output=True, text=True)
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"{graph}: ")
    assert ended.stderr.count("\n") == 1
    assert ended.stdout == ""
