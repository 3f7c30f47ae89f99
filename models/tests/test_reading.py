"""From the exported files back to networks: training goes on from what is committed."""
import json
import os
import subprocess
import sys

import pytest
import torch
from conftest import BUNDLES, MODELS
from safetensors.torch import load

from toyworld.export import bundles, checks
from toyworld.export.reading import exported_family, module_of, read
from toyworld.export.sealing import is_check
from toyworld.nets.projectors import InputProjector, OutputProjector


def files(folder):
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_what_was_read_is_exported_as_the_same_bytes(tmp_path):
    family = exported_family(BUNDLES, MODELS / "judges").rounded()
    bundles.write_all(family.fast(), tmp_path, BUNDLES / "backbone/tokenizer.json")
    checks.write(family, tmp_path, MODELS / "fixtures")
    made, committed = files(tmp_path), files(BUNDLES)
    assert made.keys() == committed.keys()
    for path, content in committed.items():
        name = path.relative_to(path.parts[0]).as_posix()
        if path.suffix == ".safetensors":  # of another processor the last digits are others
            now, before = load(made[path]), load(content)
            assert now.keys() == before.keys()
            for key, values in before.items():
                assert torch.allclose(now[key].float(), values.float(), atol=2 if values.dtype == torch.uint8 else 1e-3), (path, key)
        elif name == "check.json":
            assert json.loads(made[path])["samples"] == json.loads(content)["samples"]
        elif name == "manifest.json":
            now, before = json.loads(made[path]), json.loads(content)
            for manifest in now, before:
                manifest["files"] = {file: digest for file, digest in manifest["files"].items() if not is_check(file)}
            assert now == before
        else:
            same = made[path] == content  # by itself, or a failure would print megabytes
            assert same, path


def test_of_nested_modules_only_the_last_name_counts():
    assert module_of("/layers.0/feed/feed.2/MatMul") == "layers.0.feed.2"
    assert module_of("/MatMul") == ""


def test_a_file_of_another_network_is_refused():
    with pytest.raises(ValueError, match="lacks .*enter.weight"):
        read(OutputProjector(), BUNDLES / "input-projector/image/model.onnx")


def test_weights_of_another_shape_are_refused():
    with pytest.raises(ValueError, match="lacks bias, queries, weight"):
        read(InputProjector(8), BUNDLES / "input-projector/image/model.onnx")


def test_training_begins_with_what_is_committed(tmp_path):
    environment = os.environ | {"TOYWORLD_WORK": str(tmp_path), "PYTHONPATH": str(MODELS / "src")}
    kept = b"trained here"
    tmp_path.joinpath("film.pt").write_bytes(kept)
    subprocess.run([sys.executable, "-m", "toyworld.train", "committed"], env=environment, check=True, capture_output=True)
    assert tmp_path.joinpath("film.pt").read_bytes() == kept
    see = InputProjector()
    read(see, BUNDLES / "input-projector/video/model.onnx")
    net = torch.load(tmp_path / "language.pt", weights_only=True)["net"]
    assert torch.equal(net["see.video.weight"], see.weight)
