"""The Python reference answers as torch did, and the intervals are Wilson's."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import numpy as np
import pytest
from conftest import BUNDLES, FIXTURES
from PIL import Image

from toyworld.evaluate.chat import Mesh
from toyworld.evaluate.judge import wilson
from toyworld.evaluate.media import frames_of, mp4, part, samples_of, wav
from toyworld.evaluate.reference import Reference


@pytest.fixture(scope="module")
def reference():
    return Reference(BUNDLES)


def metadata(name: str) -> dict[str, str]:
    from safetensors import safe_open
    with safe_open(FIXTURES / f"{name}.safetensors", "numpy") as file:
        return file.metadata()


def test_answer(reference, fixture):
    asked = metadata("answer")
    text, signals = reference.write([{"role": "user", "content": asked["prompt"]}])
    assert text == asked["text"]
    for modality, states in signals:
        assert modality == "image" and np.abs(states - fixture("answer")["signals"]).max() < 1e-4


@pytest.mark.parametrize("modality", ["image", "video"])
def test_pictures_and_films(reference, fixture, modality):
    f = fixture(f"pipeline-{modality}")
    (made,) = reference.pipelines[modality].make(f["condition"], f["initial_latents"])
    expected = np.asarray(Image.open(FIXTURES / f"pipeline-{modality}.png"), int)
    strip = made if made.ndim == 3 else np.concatenate(list(made), 1)
    difference = np.abs(strip.astype(int) - expected)
    assert difference.max() <= 3 and difference.mean() < 0.05


def test_sounds(reference, fixture):
    f = fixture("pipeline-audio")
    (made,) = reference.pipelines["audio"].make(f["condition"], f["initial_latents"])
    assert np.abs(made - f["waveform"][0]).max() < 1e-2


def test_media_survive_their_files():
    frames = np.repeat(np.linspace(0, 255, 16).astype(np.uint8)[:, None, None, None], 64, 1).repeat(64, 2).repeat(3, 3)
    assert np.abs(frames_of(mp4(frames)).astype(int) - frames).max() <= 6
    samples = np.sin(np.arange(3000) / 10).astype(np.float32) / 2
    assert np.abs(samples_of(wav(samples)) - samples).max() < 1e-4


def test_wilson():
    low, high = wilson(96, 100)
    assert (round(low, 3), round(high, 3)) == (0.902, 0.984)
    assert wilson(0, 0) == (0.0, 1.0)


def test_mesh_over_http():
    picture = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    asked = []

    class Gateway(BaseHTTPRequestHandler):
        def do_POST(self):
            asked.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
            parts = [{"type": "text", "text": "here"}, part("image", picture)]
            body = json.dumps({"choices": [{"message": {"role": "assistant", "content": "here", "parts": parts}}]}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Gateway)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        dialogue = [{"role": "user", "content": "draw a bell"}]
        (answer,) = Mesh(f"http://127.0.0.1:{server.server_port}/").answer_all([dialogue], first_seed=5)
    finally:
        server.shutdown()
    assert asked == [("/v1/chat/completions", {"model": "toyworld", "messages": dialogue, "seed": 5})]
    assert answer.text == "here" and (answer.pictures[0] == picture).all()
