"""The exported graphs compute what torch computed, in any batch."""
import hashlib
import json

import numpy as np
import pytest
from conftest import BUNDLES, FIXTURES
from PIL import Image

TOLERANCE = 1e-4
HEADS, HEAD, LAYERS, WIDTH = 6, 32, 6, 192
MODALITIES = ["image", "audio", "video"]
BACKBONE = "backbone/model.onnx"


def close(a: np.ndarray, b: np.ndarray, tolerance: float = TOLERANCE) -> None:
    assert a.shape == b.shape
    assert np.abs(a - b).max() <= tolerance


@pytest.mark.parametrize("bundle", ["encoder", "input-projector", "backbone", "output-projector", "generator-image", "generator-image-2.0.0",
                                    "generator-audio", "generator-video"])
def test_checksums(bundle):
    files = json.loads((BUNDLES / bundle / "manifest.json").read_text())["files"]
    there = {p.relative_to(BUNDLES / bundle).as_posix() for p in (BUNDLES / bundle).rglob("*") if p.is_file()}
    assert set(files) == there - {"manifest.json"}
    for name, digest in files.items():
        assert hashlib.sha256((BUNDLES / bundle / name).read_bytes()).hexdigest() == digest


def bell() -> np.ndarray:
    pixels = np.asarray(Image.open(FIXTURES / "bell.png").convert("RGB"), np.float32)
    return (pixels / 255 * 2 - 1).transpose(2, 0, 1)[None]


def test_encoders(session, fixture):
    image, text, video = fixture("encoder-image"), fixture("encoder-text"), fixture("encoder-video")
    close(bell()[:, :, ::4, ::4], image["pixel_values"], 1e-6)
    inputs = {"image": {"pixel_values": bell()}, "audio": {"input_features": fixture("encoder-audio")["input_features"]},
              "video": {"pixel_values": video["frames"].astype(np.float32) / 255 * 2 - 1}}
    for modality, given in inputs.items():
        expected = fixture(f"encoder-{modality}")
        features, embeds = session(f"encoder/{modality}/model.onnx", **{k: v.repeat(3, 0) for k, v in given.items()})
        close(features[2:], expected["last_hidden_state"])
        close(embeds[:1], expected[f"{modality}_embeds"])
    ids = np.pad(text["input_ids"], ((0, 1), (0, 5)))
    mask = np.pad(text["attention_mask"], ((0, 1), (0, 5)))
    (embeds,) = session("encoder/text/model.onnx", input_ids=ids, attention_mask=mask)
    close(embeds[:1], text["text_embeds"])
    assert np.isfinite(embeds).all()


@pytest.mark.parametrize("modality", MODALITIES)
def test_projectors(session, fixture, modality):
    features = fixture(f"encoder-{modality}")["last_hidden_state"]
    (projected,) = session(f"input-projector/{modality}/model.onnx", features=features.repeat(5, 0))
    close(projected[4:], fixture(f"input-projector-{modality}")["projected"])
    output = fixture(f"output-projector-{modality}")
    (condition,) = session(f"output-projector/{modality}/model.onnx", signals=output["signals"].repeat(3, 0))
    close(condition[1:2], output["condition"])


@pytest.mark.parametrize("modality", MODALITIES)
def test_generators(session, fixture, modality):
    text, unet, whole = (fixture(f"{name}-{modality}") for name in ("text-encoder", "unet", "pipeline"))
    (tau,) = session(f"generator-{modality}/text_encoder/model.onnx", input_ids=text["input_ids"])
    close(tau, text["last_hidden_state"])
    assert not tau[1].any()
    inputs = {k: unet[k] for k in ("sample", "timestep", "encoder_hidden_states")}
    (out,) = session(f"generator-{modality}/unet/model.onnx", **inputs)
    close(out, unet["out_sample"])
    for row in range(2):  # rows at different timesteps do not touch each other
        (alone,) = session(f"generator-{modality}/unet/model.onnx", **{k: v[row:row + 1] for k, v in inputs.items()})
        close(alone, out[row:row + 1], 1e-5)
    latents = whole["final_latents"]
    frames = latents.swapaxes(1, 2).reshape(-1, latents.shape[1], *latents.shape[3:]) if latents.ndim == 5 else latents
    (sample,) = session(f"generator-{modality}/vae_decoder/model.onnx", latent_sample=frames)
    if modality == "audio":
        close(sample, whole["mel"])
        (waveform,) = session("generator-audio/vocoder/model.onnx", spectrogram=sample[:, 0])
        close(waveform, whole["waveform"], 1e-3)  # twelve rounds of Griffin-Lim carry a rounding further
    else:
        pixels = np.round(np.clip(sample / 2 + 0.5, 0, 1) * 255).astype(int).transpose(0, 2, 3, 1)
        expected = np.asarray(Image.open(FIXTURES / f"pipeline-{modality}.png"), int)
        assert np.abs(np.concatenate(list(pixels), 1) - expected).max() <= 1


def no_past(batch: int, length: int = 0) -> dict[str, np.ndarray]:
    return {f"past_key_values.{i}.{kind}": np.zeros((batch, HEADS, length, HEAD), np.float32)
            for i in range(LAYERS) for kind in ("key", "value")}


def step(session, embeds, mask, positions, past):
    logits, hidden, *present = session(BACKBONE, inputs_embeds=embeds, attention_mask=mask.astype(np.int64),
                                       position_ids=positions.astype(np.int64), **past)
    return logits, hidden, dict(zip(past, present))


def test_backbone(session, fixture):
    f = fixture("backbone")
    (embeds,) = session("backbone/embedding.onnx", input_ids=f["prompt_ids"])
    close(embeds, f["prompt_embeds"], 0)
    n = embeds.shape[1]
    logits, hidden, past = step(session, embeds, np.ones((1, n)), np.arange(n)[None], no_past(1))
    close(hidden, f["prefill.hidden_states"])
    close(logits[:, -1:], f["prefill.logits"])
    for i in range(2):
        (embeds,) = session("backbone/embedding.onnx", input_ids=f[f"step{i}.token"])
        logits, hidden, past = step(session, embeds, np.ones((1, n + i + 1)), np.array([[n + i]]), past)
        close(hidden, f[f"step{i}.hidden_states"])
        close(logits, f[f"step{i}.logits"])


def test_left_padding(session):
    """Requests with pasts of different lengths, left-padded into one batch, get what they get alone."""
    rng = np.random.default_rng(0)
    lengths = [int(n) for n in rng.integers(1, 40, 16)]
    longest = max(lengths)
    alone, columns = [], no_past(16, longest)
    tokens = rng.normal(size=(16, 1, WIDTH)).astype(np.float32)
    for row, n in enumerate(lengths):
        prompt = rng.normal(size=(1, n, WIDTH)).astype(np.float32)
        _, _, past = step(session, prompt, np.ones((1, n)), np.arange(n)[None], no_past(1))
        for name, value in past.items():
            columns[name][row, :, longest - n:] = value[0]
        alone.append(step(session, tokens[row:row + 1], np.ones((1, n + 1)), np.array([[n]]), past)[:2])
    mask = np.array([[0] * (longest - n) + [1] * (n + 1) for n in lengths])
    logits, hidden, _ = step(session, tokens, mask, np.array(lengths)[:, None], columns)
    for row, (one_logits, one_hidden) in enumerate(alone):
        close(logits[row], one_logits[0], 1e-5)
        close(hidden[row], one_hidden[0], 1e-5)
