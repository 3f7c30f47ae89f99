"""From the exported files back to networks: training goes on from what is committed."""
import os
import subprocess
import sys

import pytest
import torch
from conftest import BUNDLES, MODELS

from toyworld.export import bundles
from toyworld.export.reading import exported_family, module_of, read
from toyworld.nets.projectors import InputProjector, OutputProjector


def files(folder):
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_what_was_read_is_exported_as_the_same_bytes(tmp_path):
    bundles.write_all(exported_family(BUNDLES, MODELS / "judges").rounded(), tmp_path, BUNDLES / "backbone/tokenizer.json")
    assert files(tmp_path) == files(BUNDLES)


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
