"""Asks a mesh for everything at a fixed rate, whatever becomes of the answers.

Run by SwapMatrix: `python steady_load.py SHARE URL…`. First it asks as fast as twenty callers can, for half a minute, and prints how many
requests a second that were. Then it asks this SHARE of that, at random moments (exponential gaps), until standard input ends, and prints
one line of JSON: for each request when it began (seconds since 1970), the seconds that it took, the dearest kind of what came (text, image,
audio, video), and what went wrong, if anything did.
"""
from __future__ import annotations

import json
import random
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from mixed_load import CASES, Case, plain, streamed
from openai import OpenAI

CALLERS, SECONDS, MOST = 20, 30, 200


class Steady:
    def __init__(self, urls: list[str]):
        self.clients = [OpenAI(base_url=url + "/v1", api_key="unused", max_retries=0, timeout=120) for url in urls]
        self.began: list[tuple[float, float, str, str]] = []
        self.lock, self.rng, self.asked = threading.Lock(), random.Random(1), 0

    def drawn(self) -> tuple[Case, bool, str]:
        with self.lock:
            self.asked += 1
            return self.rng.choices(CASES, [c.share for c in CASES])[0], self.rng.random() < 0.5, f"steady-{self.asked}"

    def one(self) -> None:
        case, streams, name = self.drawn()
        client, began, kind, wrong = self.clients[self.asked % len(self.clients)], time.time(), "text", ""
        try:
            made = [kind for kind, _ in (streamed if streams else plain)(client, case, name).media()]
            kind = next((one for one in ("video", "audio", "image") if one in made), "text")
        except Exception as e:  # what a caller would see
            wrong = f"{name} {case}: {e!r}"[:400]
        with self.lock:
            self.began.append((began, time.time() - began, kind, wrong))

    def capacity(self) -> float:
        until = time.monotonic() + SECONDS

        def work(_: int) -> None:
            while time.monotonic() < until:
                self.one()

        with ThreadPoolExecutor(CALLERS) as pool:
            list(pool.map(work, range(CALLERS)))
        done = [began + took for began, took, *_ in self.began]
        return len(done) / (max(done) - min(began for began, *_ in self.began))

    def steady(self, rate: float) -> None:
        ended = threading.Event()
        threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
        gaps = random.Random(2)
        with ThreadPoolExecutor(MOST) as pool:
            due = time.monotonic()
            while not ended.wait(max(0.0, due - time.monotonic())):
                pool.submit(self.one)
                due += gaps.expovariate(rate)

    def run(self, share: float) -> None:
        rate = self.capacity()
        self.began.clear()
        print(json.dumps(rate), flush=True)
        self.steady(rate * share)
        print(json.dumps(self.began), flush=True)


if __name__ == "__main__":
    Steady(sys.argv[2:]).run(float(sys.argv[1]))
