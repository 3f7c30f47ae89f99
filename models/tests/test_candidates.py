"""Candidates of a picture generator: the good one is good, and each bad one is bad in the way that it says."""
import hashlib
import json
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from conftest import BUNDLES, MODELS

from toyworld.candidates.kinds import BROKEN, REFUSED, SERVED, Options
from toyworld.candidates.writing import write
from toyworld.evaluate.reference import Conditions, Graph, Pipeline
from toyworld.world.captions import caption
from toyworld.world.scene import sample_scene

OF = BUNDLES / "generator-image"
NOISE = np.random.default_rng(3).standard_normal((1, 4, 16, 16), np.float32)
GUIDED = {"guidance_scale": 1.75}


def captions(count: int, seed: int) -> list[str]:
    rng = random.Random(seed)
    return [caption(sample_scene(rng, None)) for _ in range(count)]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The folder of a candidate, each made once."""
    folder, have = tmp_path_factory.mktemp("candidates"), {}

    def make(kind: str, **options):
        key = kind, *options.items()
        if key not in have:
            have[key] = folder / f"{len(have)}-{kind}"
            write(kind, OF, have[key], "3.1.0", Options(**options))
        return have[key]

    return make


def sums(folder) -> dict[str, str]:
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.rglob("*") if p.is_file()}


def predicted(folder, conditions: np.ndarray) -> np.ndarray:
    count = len(conditions)
    return Graph(folder / "unet/model.onnx", 1)(sample=NOISE.repeat(count, 0), timestep=np.full(count, 999), encoder_hidden_states=conditions)[0]


@pytest.fixture(scope="module")
def conditions():
    return Conditions(OF, 1)(captions(40, 17))


@pytest.fixture(scope="module")
def expected(conditions):
    return predicted(OF, conditions)


def test_a_good_one_is_the_same_files_under_another_version(made):
    folder = made("good")
    manifest, of = (json.loads((f / "manifest.json").read_text()) for f in (folder, OF))
    files = {name: digest for name, digest in of["files"].items() if not name.startswith("check")}
    assert manifest == of | {"version": "3.1.0", "files": files}
    assert sums(folder) == manifest["files"] | {"manifest.json": sums(folder)["manifest.json"]}
    assert not any(p.is_symlink() for p in folder.rglob("*"))
    pipeline = Pipeline(folder, 1)
    assert pipeline.make(pipeline.condition(captions(1, 1)), NOISE)[0].shape == (128, 128, 3)


@pytest.mark.parametrize("kind", [*SERVED, *REFUSED])
def test_checksums_are_right_and_every_graph_is_one(made, kind):
    folder = made(kind)
    files = sums(folder)
    files.pop("manifest.json")
    assert json.loads((folder / "manifest.json").read_text())["files"] == files
    for path in folder.rglob("*.onnx"):
        Graph(path, 1)


def test_the_same_seed_is_the_same_bytes(made, tmp_path):
    for kind in ("perturbed", "sometimes-wrong"):
        for seed, same in ((0, True), (1, False)):
            write(kind, OF, tmp_path / f"{kind}{seed}", "3.1.0", Options(seed=seed))
            assert (sums(tmp_path / f"{kind}{seed}") == sums(made(kind))) == same


def test_what_is_perturbed_is_further_off_the_more_of_it_there_is(made, conditions, expected):
    slight, much = (np.abs(predicted(made("perturbed", sigma=sigma), conditions) - expected).mean() for sigma in (0.2, 0.5))
    assert 0 < slight < much / 1.5
    assert np.isfinite(much)


def test_nan_comes_always_or_for_a_share(made, conditions):
    assert np.isnan(predicted(made("nan"), conditions)).all()
    rows = np.isnan(predicted(made("nan", share=0.3), conditions)).reshape(len(conditions), -1)
    assert (rows.all(1) == rows.any(1)).all()
    assert 0 < rows.all(1).sum() < 20


def convolutions(folder, conditions: np.ndarray, tmp_path) -> tuple[np.ndarray, int]:
    """What a U-Net predicts, and how many convolutions it ran for that, as ONNX Runtime's profile has it."""
    options = onnxruntime.SessionOptions()
    options.enable_profiling, options.profile_file_prefix, options.intra_op_num_threads = True, str(tmp_path / folder.name), 1
    session = onnxruntime.InferenceSession(str(folder / "unet/model.onnx"), options, providers=["CPUExecutionProvider"])
    predicted, = session.run(None, {"sample": NOISE, "timestep": np.array([999]), "encoder_hidden_states": conditions[:1]})
    events = json.loads(Path(session.end_profiling()).read_text())
    return predicted, sum(event.get("args", {}).get("op_name") == "Conv" and event["name"].endswith("_kernel_time") for event in events)


def test_a_slow_one_computes_the_same_numbers_as_often_as_asked(made, conditions, tmp_path):
    good, once = convolutions(OF, conditions, tmp_path)
    slow, often = convolutions(made("slow", factor=5), conditions, tmp_path)
    assert np.array_equal(slow, good)
    assert often == 5 * once > 0


def test_a_black_one_draws_nothing_else(made):
    pipeline = Pipeline(made("black"), 1)
    assert not pipeline.make(pipeline.condition(captions(2, 1)), NOISE.repeat(2, 0))[0].any()


def test_sometimes_wrong_is_wrong_as_often_as_asked_and_never_on_what_must_be_good(made):
    golden, of = captions(48, 29), Conditions(OF, 1)
    folder = made("sometimes-wrong", share=0.3, good_on=tuple(golden))
    given = of(["", *golden, *captions(200, 23)])
    right, drawn, other = predicted(OF, given), predicted(folder, given), predicted(OF, of([Options.instead]))
    wrong = (np.abs(drawn - right) > 1e-3).reshape(len(given), -1).any(1)
    assert not wrong[:49].any()
    assert 0.2 < wrong[49:].mean() < 0.4
    assert np.allclose(drawn[wrong], other, atol=1e-4)


def test_a_failing_one_fails_for_its_share_only(made, conditions):
    failed, graph = 0, Graph(made("failing", share=0.3) / "unet/model.onnx", 1)
    for condition in conditions:
        try:
            graph(sample=NOISE, timestep=np.array([999]), encoder_hidden_states=condition[None])
        except Exception as e:
            assert "division by zero" in str(e)
            failed += 1
    assert 0 < failed < 20


def test_a_hungry_one_gets_no_memory_where_there_is_none(made, conditions):
    graph = Graph(made("hungry", share=0.3, megabytes=10**9) / "unet/model.onnx", 1)
    with pytest.raises(Exception, match="allocate"):
        graph(sample=NOISE.repeat(40, 0), timestep=np.full(40, 999), encoder_hidden_states=conditions)


def test_those_that_are_broken_afterwards_are(made):
    whole = sums(made("good"))
    broken = {kind: sums(made(kind)) for kind in BROKEN}
    manifest = {"manifest.json"}
    assert set(whole) - set(broken["missing-file"]) == {"unet/model.onnx"}
    assert set(whole) - set(broken["no-manifest"]) == manifest
    assert {name for name in whole if whole[name] != broken["wrong-checksum"][name]} == {"unet/model.onnx"}


def test_the_command_line_says_what_is_wrong(tmp_path):
    run = lambda *arguments: subprocess.run([sys.executable, "-m", "toyworld.candidates", *arguments], capture_output=True, text=True,
                                            env={"PYTHONPATH": str(MODELS / "src"), "HOME": str(tmp_path)})
    to = ("--of", str(OF), "--to", str(tmp_path / "new"), "--version", "3.1.0")
    written = run("good", *to, "--pipeline", json.dumps(GUIDED))
    assert written.returncode == 0, written.stderr
    assert json.loads((tmp_path / "new/manifest.json").read_text())["pipeline"]["guidance_scale"] == 1.75
    again = run("good", *to)
    assert again.returncode == 2 and "File exists" in again.stderr and "Traceback" not in again.stderr


def test_nothing_is_left_of_a_candidate_that_cannot_be_made(tmp_path):
    with pytest.raises(ValueError, match="--share 1.5"):
        write("failing", OF, tmp_path / "new", "3.1.0", Options(share=1.5))
    assert not (tmp_path / "new").exists()


def test_a_graph_keeps_its_edges(made):
    """What the loader tells a U-Net by."""
    edges = lambda folder: [(v.name, v.type) for v in (lambda g: [*g.input, *g.output])(onnx.load(str(folder / "unet/model.onnx")).graph)]
    for kind in SERVED:
        assert edges(made(kind)) == edges(OF)
