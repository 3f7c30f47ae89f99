"""Asks a mesh for everything at once, and holds every answer against the same request asked alone.

Run by SurvivalIT, SwapIT and others: `python mixed_load.py URL REQUESTS [--bad VERSION …] [--alone FILE] [--films SHARE]
[--pictures SHARE] [--workers N]`. Prints `alone` once every
case was asked by itself, then asks at random until there were so many requests and standard input has ended, then prints one line of JSON. What is
left undone ten minutes after that end, or half a second a request where that is longer, is a failure. Requests are called `load-1`, `load-2`, …,
under which the mesh's logs have them. One worker of all reads its streams slowly.
"""
from __future__ import annotations

import argparse
import base64
import collections
import json
import pickle
import random
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from openai import OpenAI

from toyworld.evaluate.media import value_of

PATIENCE, SLOWLY = 600, 0.1
FIXTURES = Path(__file__).parents[4] / "models/fixtures"
# Mean differences of pixels (of 255) and of log-spectrogram cells. A batch of another size rounds otherwise, so that the same
# medium may differ a little; from any other case's it differs much more, which is checked first.
SAME = {"image": 0.5, "audio": 0.05, "video": 2.0}


@dataclass(frozen=True)
class Case:
    content: str | tuple[str, ...]  # a text, or names of fixtures and then a text
    seed: int
    share: int  # how often it is asked
    temperature: float = 0

    def is_film(self) -> bool:
        return isinstance(self.content, str) and "film" in self.content

    def is_picture(self) -> bool:
        return isinstance(self.content, str) and self.content.startswith("draw")

    def messages(self) -> list[dict]:
        if isinstance(self.content, str):
            return [{"role": "user", "content": self.content}]
        *files, text = self.content
        return [{"role": "user", "content": [*map(file_part, files), {"type": "text", "text": text}]}]


TALK = ["hello", "which colours do you know?", "what can you do?", "who are you?", "thank you", "what can you draw?"]
CASES = ([Case(text, 11, 12) for text in TALK] + [Case(text, 12, 6, 1.0) for text in TALK[1:4]]
         + [Case(("bell.png", text), 13, 10) for text in ("what is in the picture?", "what colour is it?", "where is it?")]
         + [Case(("bell.wav", "what do you hear?"), 14, 10), Case(("bell.mp4", "what happens in the film?"), 15, 10)]
         + [Case(f"draw a {what}", seed, 8) for seed, what in enumerate(
             ("red bell at the top left", "small blue star at the bottom right at night", "green cat", "big yellow car in the middle"), 21)]
         + [Case(f"draw a {what}", seed, 3) for seed, what in enumerate(
             ("purple cat in snow", "small orange whistle at the right", "big white clock at the bottom left", "yellow dog at night",
              "blue car at the bottom", "green storm cloud at the top"), 71)]
         + [Case("draw a red bell at the top left", 31, 8), Case("draw a red bell at the top left", 32, 8)]
         + [Case(f"play the {what}", seed, 6) for seed, what in enumerate(("low fast sound of a bell", "high slow sound of a dog"), 41)]
         + [Case(f"show me a film of {what}", seed, 5) for seed, what in enumerate(("a red car moving left", "a blue star growing"), 51)]
         + [Case("draw a green dog and let me hear it", 61, 4), Case(("bell.png", "what does it sound like?"), 62, 4),
            Case(("bell.wav", "draw what you hear, in green, at the left"), 63, 4)])


def file_part(name: str) -> dict:
    data = base64.b64encode((FIXTURES / name).read_bytes()).decode()
    match name.rsplit(".", 1)[1]:
        case "png":
            return {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{data}"}}
        case "mp4":
            return {"type": "video_url", "video_url": {"url": f"data:video/mp4;base64,{data}"}}
        case _:
            return {"type": "input_audio", "input_audio": {"data": data, "format": "wav"}}


@dataclass
class Got:
    """An answer: its text, its media as files and as arrays, and the versions that its pictures were made by."""
    text: str
    parts: list[dict]
    drawn_by: set[str]

    def media(self) -> list[tuple[str, np.ndarray]]:
        return [m for m in map(value_of, self.parts) if m is not None]


class Cut(Exception):
    """A stream that ended as if all were well, without a finish reason."""


def drawn_by(usage) -> set[str]:
    return {stage["version"] for stage in usage.model_extra["stages"] if stage["stage"] == "generator-image"}


def plain(client: OpenAI, case: Case, name: str) -> Got:
    answer = client.chat.completions.create(model="toyworld", messages=case.messages(), seed=case.seed,
                                            temperature=case.temperature, extra_headers={"x-request-id": name})
    message = answer.choices[0].message
    return Got(message.content or "", [p for p in getattr(message, "parts", None) or [] if p["type"] != "text"], drawn_by(answer.usage))


def streamed(client: OpenAI, case: Case, name: str, pause: float = 0) -> Got:
    text, parts, finish, usage = "", {}, None, None
    for chunk in client.chat.completions.create(model="toyworld", messages=case.messages(), seed=case.seed,
                                                temperature=case.temperature, stream=True, stream_options={"include_usage": True},
                                                extra_headers={"x-request-id": name}):
        time.sleep(pause)
        usage = chunk.usage or usage
        for choice in chunk.choices:
            text += choice.delta.content or ""
            finish = choice.finish_reason or finish
            for part in getattr(choice.delta, "parts", None) or []:
                if part["event"] == "done":
                    assert part["index"] not in parts, f"part {part['index']} is done twice"
                    parts[part["index"]] = {k: v for k, v in part.items() if k not in ("event", "index")}
    if finish is None or usage is None:
        raise Cut(text)
    return Got(text, [parts[i] for i in sorted(parts)], drawn_by(usage))


def spectrum(samples: np.ndarray) -> np.ndarray:
    frames = np.lib.stride_tricks.sliding_window_view(samples, 512)[::256] * np.hanning(512)
    return np.log10(np.abs(np.fft.rfft(frames)) + 0.03)


def distance(kind: str, a: np.ndarray, b: np.ndarray) -> float:
    if a.shape != b.shape:
        return float("inf")
    a, b = (spectrum(a), spectrum(b)) if kind == "audio" else (a.astype(np.int16), b.astype(np.int16))
    return float(np.abs(a - b).mean())


def difference(got: Got, alone: Got) -> dict[str, float] | None:
    """The largest difference of each kind of media; None if text or kinds differ."""
    mine, its = got.media(), alone.media()
    if got.text != alone.text or [k for k, _ in mine] != [k for k, _ in its]:
        return None
    worst: dict[str, float] = {}
    for (kind, a), (_, b) in zip(mine, its):
        worst[kind] = max(worst.get(kind, 0), distance(kind, a, b))
    return worst


def closest_others(alone: dict[Case, Got]) -> dict[str, float]:
    """How near two media of different cases come to one another."""
    kinds: dict[str, list[np.ndarray]] = collections.defaultdict(list)
    for got in alone.values():
        for kind, value in got.media():
            kinds[kind].append(value)
    return {kind: min(distance(kind, a, b) for i, a in enumerate(them) for b in them[:i]) for kind, them in kinds.items()}


class Load:
    def __init__(self, url: str, requests: int, bad: set[str], films: float, pictures: float, workers: int):
        self.shares = [case.share * (films if case.is_film() else pictures if case.is_picture() else 1) for case in CASES]
        self.workers = workers
        self.client = OpenAI(base_url=url + "/v1", api_key="unused", max_retries=0, timeout=360)
        self.requests, self.bad, self.more, self.until, self.lock = requests, bad, True, float("inf"), threading.Lock()
        self.counts: collections.Counter = collections.Counter()
        self.drawn: collections.Counter = collections.Counter()
        self.worst: dict[str, float] = dict.fromkeys(SAME, 0.0)
        self.wrong: list[str] = []
        self.seconds: list[float] = []

    def ask_alone(self, kept: Path | None) -> None:
        """Before the load; or what another load of the same mesh has kept, since beside a load nothing is alone."""
        if kept and kept.exists():
            self.alone = pickle.loads(kept.read_bytes())
        else:
            self.alone = {case: plain(self.client, case, "alone") for case in CASES}
        silent = [case for case in CASES if not self.alone[case].text and not self.alone[case].parts]
        assert not silent, f"empty answers: {silent}"
        self.margin = closest_others(self.alone)
        assert all(self.margin[k] > 2 * SAME[k] for k in SAME), f"cases are too alike to tell apart: {self.margin}"
        if kept:
            kept.write_bytes(pickle.dumps(self.alone))

    def one(self, case: Case, streams: bool, name: str, pause: float) -> None:
        began = time.monotonic()
        try:
            got = streamed(self.client, case, name, pause) if streams else plain(self.client, case, name)
        except Cut as e:
            self.note("cut", f"{name} {case}: {e}")
            return
        except Exception as e:  # whatever openai-python raises is what a caller would see
            self.note("failed", f"{name} {case} {'streamed' if streams else 'plain'}: {e!r} {getattr(e, 'body', '')}")
            return
        seconds, alone = time.monotonic() - began, self.alone[case]
        apart = difference(got, alone)
        with self.lock:
            self.drawn.update(got.drawn_by)
            self.seconds.append(seconds)
            self.counts["streamed" if streams else "plain"] += 1
            self.counts["same bytes"] += got.text == alone.text and got.parts == alone.parts
            for kind, value in (apart or {}).items():
                self.worst[kind] = max(self.worst[kind], value)
                self.counts[kind] += 1
        if len(got.drawn_by) > 1:
            self.note("mixed", f"{name} {case}: pictures of {got.drawn_by}")
        elif apart is None or any(value > SAME[kind] for kind, value in apart.items()):
            is_bad = bool(got.drawn_by & self.bad)
            self.note("bad" if is_bad else "mixed", f"{name} {case}: {got.text!r} for {alone.text!r}, {apart}")

    def note(self, what: str, line: str) -> None:
        with self.lock:
            self.counts[what] += 1
            if what != "bad":
                self.wrong.append(f"{what} {line}"[:600])

    def work(self, seed: int) -> None:
        rng = random.Random(seed)
        while time.monotonic() < self.until:
            with self.lock:
                if self.counts["asked"] >= self.requests and not self.more:
                    return
                self.counts["asked"] += 1
                name = f"load-{self.counts['asked']}"
            self.one(rng.choices(CASES, self.shares)[0], rng.random() < 0.5, name, SLOWLY if seed == 0 else 0)
        self.note("failed", "time is up")

    def run(self, kept: Path | None) -> None:
        self.ask_alone(kept)
        print("alone", flush=True)
        with ThreadPoolExecutor(self.workers) as pool:
            work = [pool.submit(self.work, seed) for seed in range(self.workers)]
            sys.stdin.read()
            self.until, self.more = time.monotonic() + max(PATIENCE, self.requests / 2), False
            for each in work:
                each.result()
        print(json.dumps({"asked": self.counts["asked"], "streamed": self.counts["streamed"], "failed": self.counts["failed"],
                          "cut": self.counts["cut"], "mixed": self.counts["mixed"], "bad": self.counts["bad"], "drawn": self.drawn, "same_bytes": self.counts["same bytes"],
                          "media": {k: self.counts[k] for k in SAME}, "worst": self.worst, "closest_others": self.margin,
                          "p50": float(np.median(self.seconds)), "p99": float(np.quantile(self.seconds, 0.99)),
                          "wrong": self.wrong[:20]}), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("requests", type=int)
    parser.add_argument("--bad", nargs="*", default=[], metavar="VERSION", help="pictures of these may be others than alone: they are counted by themselves")
    parser.add_argument("--alone", type=Path, metavar="FILE", help="where the answers to the cases alone are kept for other loads of this mesh")
    parser.add_argument("--films", type=float, default=1, metavar="SHARE", help="how often films are asked for, of as often as otherwise; they take longest by far")
    parser.add_argument("--pictures", type=float, default=1, metavar="SHARE", help="the same of pictures: a swap needs so many, and waits for them")
    parser.add_argument("--workers", type=int, default=10, metavar="N", help="how many ask at once: what starts beside them has the processor with them")
    given = parser.parse_args()
    Load(given.url, given.requests, set(given.bad), given.films, given.pictures, given.workers).run(given.alone)
