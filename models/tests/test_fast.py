"""The fast graphs compute what the networks do in torch, in any batch, from the same stored weights."""
import json
import os
import subprocess
import sys

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from conftest import BUNDLES, MODELS
from test_export import no_past

from toyworld.export import bundles
from toyworld.export.layout import LATENTS, MEDIA_INPUTS, TEACHER
from toyworld.export.reading import exported_family
from toyworld.nets.backbone import HEADS, LAYERS
from toyworld.train.tokenizer import tokenizer
from toyworld.world.sequence import Encoder
from toyworld.world.turns import user

TOLERANCE = 1e-5  # of the largest value, or of 1
BATCHES = [1, 2, 3, 8]
MODALITIES = ["image", "audio", "video"]
SHAPING = {"Shape", "ConstantOfShape", "Expand", "Where", "Range", "Loop", "If"}


@pytest.fixture(scope="module")
def family():
    torch.set_num_threads(2)
    return exported_family(BUNDLES, MODELS / "judges").rounded()


@pytest.fixture(scope="module")
def folder(family, tmp_path_factory):
    made = tmp_path_factory.mktemp("fast")
    bundles.write_all(family.fast(), made, BUNDLES / "backbone/tokenizer.json")
    return made


@pytest.fixture(scope="module")
def run(folder):
    opened = {}

    def call(name, *inputs):
        if name not in opened:
            opened[name] = onnxruntime.InferenceSession(str(folder / name / "model.onnx"), providers=["CPUExecutionProvider"])
        return opened[name].run(None, {i.name: x.numpy() for i, x in zip(opened[name].get_inputs(), inputs, strict=True)})

    return call


def close(got, expected, tolerance=TOLERANCE):
    expected = [t.numpy() for t in (expected if isinstance(expected, tuple) else (expected,))]
    assert len(got) == len(expected)
    for a, b in zip(got, expected):
        assert a.shape == b.shape
        assert np.abs(a - b).max() <= tolerance * max(1, np.abs(b).max())


def conditions(batch, g):
    """Of a full text, of none, of nine words, and as a projector gives them: padding of nearly no length."""
    words = torch.nn.functional.layer_norm(torch.randn(batch, 16, 128, generator=g), (128,))
    kinds = torch.arange(batch) % 4
    words[kinds == 1] = 0
    words[kinds == 2, 9:] = 0
    words[kinds == 3, 5:] *= 0.02
    return words


@pytest.mark.parametrize("batch", BATCHES)
@pytest.mark.parametrize("modality", [*MODALITIES, "teacher"])
def test_denoisers(family, run, modality, batch):
    g = torch.Generator().manual_seed(batch)
    of = family.teacher if modality == "teacher" else family.generators[modality]
    name, shape = (TEACHER, LATENTS["image"]) if modality == "teacher" else (f"generator-{modality}", LATENTS[modality])
    given = torch.randn(batch, *shape, generator=g), torch.randint(1000, (batch,), generator=g), conditions(batch, g)
    close(run(f"{name}/unet", *given), of.unet(*given))
    nothing = given[0], given[1], torch.zeros_like(given[2])
    close(run(f"{name}/unet", *nothing), of.unet(*nothing))


@pytest.mark.parametrize("batch", BATCHES)
@pytest.mark.parametrize("modality", MODALITIES)
def test_what_is_around_the_denoisers(family, run, modality, batch):
    g, net = torch.Generator().manual_seed(batch), family.generators[modality]
    channels, *_, height, width = LATENTS[modality]
    latents = torch.randn(batch, channels, height, width, generator=g)
    close(run(f"generator-{modality}/vae_decoder", latents), net.decoder(latents))
    ids = torch.randint(24, 1200, (batch, 16), generator=g)
    ids[0, 9:] = 0
    ids[batch // 2] = 0
    close(run(f"generator-{modality}/text_encoder", ids), net.condition(ids))


@pytest.mark.parametrize("batch", BATCHES)
def test_vocoder(family, run, fixture, batch):
    g = torch.Generator().manual_seed(batch)
    mels = torch.rand(batch, 128, 64, generator=g) - 0.7
    mels[0] = torch.from_numpy(fixture("pipeline-audio")["mel"][0, 0])
    close(run("generator-audio/vocoder", mels), family.generators["audio"].vocoder(mels), 1e-4)  # four rounds of Griffin-Lim carry a rounding further


@pytest.mark.parametrize("batch", BATCHES)
@pytest.mark.parametrize("modality", MODALITIES)
def test_encoders_and_projectors(family, run, modality, batch):
    g = torch.Generator().manual_seed(batch)
    for part, nets in (("encoder", family.encoders), ("input-projector", family.input_projectors), ("output-projector", family.output_projectors)):
        x = torch.randn(batch, *MEDIA_INPUTS[part][modality], generator=g)
        close(run(f"{part}/{modality}", x), nets[modality](x))


@pytest.mark.parametrize("batch", BATCHES)
@pytest.mark.parametrize("length", [1, 7, 48])
def test_text_tower(family, run, batch, length):
    g = torch.Generator().manual_seed(batch)
    ids, mask = torch.randint(24, 1200, (batch, length), generator=g), torch.ones(batch, length, dtype=torch.long)
    mask[-1, 1 + length // 2:] = 0
    close(run("encoder/text", ids, mask), family.text_tower(ids, mask))


def test_backbone_step_by_step_with_left_padding(family, folder):
    """Two prompts side by side, the shorter one padded: what each gets, token by token, is what torch gives it alone."""
    session = onnxruntime.InferenceSession(str(folder / "backbone/model.onnx"), providers=["CPUExecutionProvider"])
    net, encode = family.backbone, Encoder(tokenizer())
    prompts = [encode((user(text),), open_answer=True).ids for text in ("hello", "draw a small red bell at the top left by day")]
    lengths = [len(ids) for ids in prompts]
    longest = max(lengths)
    ids = torch.tensor([[0] * (longest - n) + row for n, row in zip(lengths, prompts)])
    mask = torch.tensor([[0] * (longest - n) + [1] * n for n in lengths])
    past, alone = no_past(2), [None, None]
    for at in range(12):
        positions = (mask.cumsum(1) - 1).clamp(min=0)[:, -ids.shape[1]:]
        logits, hidden, *present = session.run(None, {
            "inputs_embeds": net.embed(ids).numpy(), "attention_mask": mask.numpy(), "position_ids": positions.numpy(), **past})
        for row in range(2):
            own = mask[row, -ids.shape[1]:].bool()
            whole = torch.ones(1, int(mask[row].sum()), dtype=torch.long)
            expected, alone[row] = net(net.embed(ids[row:row + 1, own]), whole, positions[row:row + 1, own], alone[row])
            close([logits[row:row + 1, own.numpy()], hidden[row:row + 1, own.numpy()]], (net.logits(expected), expected))
            for i in range(LAYERS):
                close([t[row:row + 1, :, -whole.shape[1]:] for t in present[2 * i:2 * i + 2]], alone[row][i])
        past = dict(zip(past, present))
        ids = torch.from_numpy(logits[:, -1:].argmax(-1))
        mask = torch.cat([mask, torch.ones(2, 1, dtype=torch.long)], 1)
    assert present[0].shape == (2, HEADS, longest + at, 32)


def test_a_row_comes_to_the_same_bits_whoever_is_beside_it(folder):
    for path in folder.rglob("*.onnx"):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        session, g = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"]), np.random.default_rng(1)
        rows = {}
        for i in session.get_inputs():
            shape = [8, *(axis if isinstance(axis, int) else 7 for axis in i.shape[1:])]
            rows[i.name] = {"attention_mask": np.ones((8, 14 if path.parent.name == "backbone" else 7), np.int64),
                            "position_ids": np.tile(np.arange(7, 14), (8, 1))}.get(i.name)
            if rows[i.name] is None:
                rows[i.name] = g.integers(1, 900, shape) if "int64" in i.type else g.standard_normal(shape, dtype=np.float32)
        together = session.run(None, rows)
        for count in (1, 2, 3):
            some = session.run(None, {name: of[:count] for name, of in rows.items()})
            assert all(np.array_equal(a, b[:count]) for a, b in zip(some, together, strict=True)), f"{path}: {count} of 8"


def test_shapes_are_known_where_only_the_batch_is_free(folder):
    for path in folder.rglob("model.onnx"):
        name = path.relative_to(folder).parent.as_posix()
        if name not in ("backbone", "encoder/text") and not name.startswith("output-projector"):
            assert not SHAPING & {node.op_type for node in onnx.load(str(path)).graph.node}, name


def test_plain_graphs_of_the_same_weights(tmp_path):
    environment = os.environ | {"PYTHONPATH": str(MODELS / "src")}
    subprocess.run([sys.executable, "-m", "toyworld.export", "--graphs", "plain", "--out", str(tmp_path)], env=environment, check=True)
    made = tmp_path / "toyworld"
    assert {p.name for p in tmp_path.iterdir()} == {"toyworld"}
    for path in BUNDLES.rglob("*"):
        if path.is_file() and path.suffix != ".onnx" and path.name != "manifest.json":
            assert (made / path.relative_to(BUNDLES)).read_bytes() == path.read_bytes()
    for path in made.rglob("*.onnx"):
        assert all(not node.domain for node in onnx.load(str(path)).graph.node)
    for path in made.glob("*/manifest.json"):
        before = json.loads((BUNDLES / path.relative_to(made)).read_text())
        assert json.loads(path.read_text()) | {"files": None} == before | {"files": None}
