# SPDX-License-Identifier: Apache-2.0
"""The limit: the same graphs in sequences of runs as a perfect server would make them, without words, files and HTTP.

python -m peers.bare REPEATS BATCHES prints a line of JSON: what each way took. Alone, in ms: a short answer, a caption, a picture. At most, a second:
the same side by side on two threads, or in batches. The bench takes the best of each. What is read is ready before the clock starts.
"""
from __future__ import annotations

import json
import struct
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime as ort

from .backbone import Backbone
from .bundles import Family
from .media import Eyes, Painter, Projector
from .work import BELL, CAPTION, DRAW, TALK

pool = ThreadPoolExecutor(2)


class Graphs:
    """All of them, with so many threads each."""

    def __init__(self, family: Family, threads: int):
        family = Family(family.folder, family.generator, threads)
        self.backbone, self.eyes, self.painter = Backbone(family), Eyes(family), Painter(family)
        self.input_projector, self.output_projector = Projector(family, "input"), Projector(family, "output")
        seen = self.seen(self.eyes.pixels(BELL)[None])[0]
        question = CAPTION[1]["text"]
        self.talk = [Script(self.backbone, self.backbone.prompt([text])) for text in TALK]
        self.caption = Script(self.backbone, self.backbone.prompt([seen, question]))
        self.draw = [Script(self.backbone, self.backbone.prompt([text])) for text in DRAW[:4]]
        self.pixels, self.question = self.eyes.pixels(BELL)[None], question

    def seen(self, pixels: np.ndarray) -> np.ndarray:
        return self.input_projector(self.eyes.encode(pixels))

    def a_caption(self) -> None:
        self.seen(self.pixels)
        self.caption.run()

    def a_picture(self, i: int) -> None:
        self.draw[i % len(self.draw)].run()
        self.pictures(i, 1)

    def pictures(self, i: int, count: int) -> None:
        """From their signals on, as one batch."""
        signals = np.stack([self.draw[(i + k) % len(self.draw)].signals for k in range(count)])
        self.painter.pixels(self.painter.denoise(self.output_projector(signals), self.painter.noise(list(range(i, i + count)))))


class Script:
    """An answer whose tokens are known, so that only the runs of the decoder are left; keys and values stay with ONNX Runtime."""

    def __init__(self, backbone: Backbone, prompt: np.ndarray):
        self.graph, self.past = backbone.graph, backbone.past
        self.outputs = [name for name in backbone.outputs if name != "hidden_states"]
        answer, fed = [], [prompt]
        batch = backbone.batch()
        batch.join([(prompt, answer.append)])
        while batch.rows:
            fed.append(batch.rows[0].new)
            batch.step()
        self.prompt, self.signals = prompt, answer[0].signals
        value, seen, self.steps = ort.OrtValue.ortvalue_from_numpy, 0, []
        for new in fed:
            self.steps.append({"inputs_embeds": value(np.ascontiguousarray(new[None])), "attention_mask": value(np.ones((1, seen + len(new)), np.int64)),
                               "position_ids": value(np.arange(seen, seen + len(new))[None])})
            seen += len(new)
        self.nothing = value(backbone.nothing)

    def run(self) -> None:
        past = [self.nothing] * len(self.past)
        for step in self.steps:
            _, *past = self.graph.run_with_ort_values(self.outputs, step | dict(zip(self.past, past)))


class SideBySide(Painter):
    """A guided step's two halves at once, each on a thread of its own."""

    def said(self, latents: np.ndarray, at: int, conditions: np.ndarray) -> np.ndarray:
        half = len(latents) // 2
        return np.concatenate(list(pool.map(lambda rows: super(SideBySide, self).said(latents[rows], at, conditions[rows]),
                                            (slice(half), slice(half, None)))))


def checked(painter: Painter, folder: Path) -> None:
    """That what is painted here is what the bundle's own sample says."""
    sample = json.loads((folder / "check.json").read_text())["samples"][0]
    raw = (folder / sample["tensors"]).read_bytes()
    length = struct.unpack("<Q", raw[:8])[0]
    tensors = {}
    for name, of in json.loads(raw[8:8 + length]).items():
        if name != "__metadata__":
            begin, end = of["data_offsets"]
            kind = {"F32": np.float32, "U8": np.uint8}[of["dtype"]]
            tensors[name] = np.frombuffer(raw[8 + length + begin:8 + length + end], kind).reshape(of["shape"])
    latents = painter.denoise(tensors["condition"], tensors["noise"], sample["num_inference_steps"])
    off = float(np.abs(latents - tensors["latents"]).max())
    if off > 0.05:
        raise SystemExit(f"{folder}: latents are {off} from the sample's")


def alone(work: Callable[[int], None], times: int) -> float:
    """Median ms."""
    work(0)
    took = []
    for i in range(times):
        began = time.perf_counter()
        work(i)
        took.append(time.perf_counter() - began)
    return float(np.median(took)) * 1e3


def at_most(work: Callable[[int], int], times: int, threads: int) -> float:
    """Work a second; each call says how much it did."""
    list(pool.map(work, range(threads)))
    began = time.perf_counter()
    done = sum(pool.map(work, range(times))) if threads == 2 else sum(work(i) for i in range(times))
    return done / (time.perf_counter() - began)


def main() -> None:
    times, batches = int(sys.argv[1]), int(sys.argv[2])
    family = Family.of_environment()
    one, two = Graphs(family, 1), Graphs(family, 2)
    checked(one.painter, family.folder / family.generator)
    by_threads = {"one thread": one, "two threads": two}

    def answered(graphs: Graphs, prompts: list[np.ndarray]) -> int:
        return len(graphs.backbone.write(prompts))

    def captioned(graphs: Graphs, count: int) -> int:
        seen = graphs.seen(np.repeat(graphs.pixels, count, 0))
        return answered(graphs, [graphs.backbone.prompt([picture, graphs.question]) for picture in seen])

    def drawn(graphs: Graphs, i: int, count: int) -> int:
        answered(graphs, [graphs.draw[(i + k) % len(graphs.draw)].prompt for k in range(count)])
        graphs.pictures(i, count)
        return count

    singles: dict[str, dict[str, float]] = {"talk": {}, "caption": {}, "picture": {}}
    rates: dict[str, dict[str, float]] = {"talk": {}, "caption": {}, "picture": {}}
    for name, graphs in by_threads.items():
        singles["talk"][name] = alone(lambda i: graphs.talk[i % 4].run(), times * 8)
        singles["caption"][name] = alone(lambda i: graphs.a_caption(), times * 4)
        singles["picture"][name] = alone(graphs.a_picture, times)
        threads = 2 if graphs is one else 1  # side by side, or one that has both
        for rows in (8, 16):
            prompts = [graphs.talk[k % 4].prompt for k in range(rows)]
            rates["talk"][f"{rows} rows, {name} each"] = at_most(lambda i: answered(graphs, prompts), batches * 2, threads)
        for rows in (1, 8):
            rates["caption"][f"{rows} rows, {name} each"] = at_most(lambda i: captioned(graphs, rows), batches * (8 // rows), threads)
        for count in (1, 4):
            rates["picture"][f"{count} at once, {name} each"] = at_most(lambda i: drawn(graphs, i, count), batches * (2 // min(count, 2)), threads)
    if one.painter.guidance > 1:
        one.painter = SideBySide(Family(family.folder, family.generator, 1))
        singles["picture"]["its halves side by side"] = alone(one.a_picture, times)
    print(json.dumps({"alone": singles, "at most": rates}))


if __name__ == "__main__":
    main()
