# SPDX-License-Identifier: Apache-2.0
"""Requests over kept-alive connections from one thread: by callers who ask again when they are answered, or at a rate, whoever waits."""
from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass

import aiohttp
import numpy as np
import uvloop

from .work import body, mixed, said, wrong

HEADERS = {"accept": "application/json", "content-type": "application/json", "authorization": "Bearer unused", "user-agent": "OpenAI/Python 3.57.0"}
PATIENCE = 120  # seconds for an answer


@dataclass
class Asked:
    kind: str
    number: int
    status: int
    raw: bytes
    seconds: float


class Client:
    def __init__(self, urls: list[str], texts: dict[str, list[str]]):
        """Callers are spread evenly over the addresses, as by a balancer that costs nothing. `texts` are the words that are right, for each
        kind in the order of its questions."""
        self.urls, self.texts = [url + "/v1/chat/completions" for url in urls], texts

    def texts_of(self, kind: str, count: int) -> list[str]:
        """What is answered to each of the questions of a kind."""
        async def go() -> list[str]:
            async with aiohttp.ClientSession(headers=HEADERS) as session:
                async def ask(number: int) -> str:
                    async with session.post(self.urls[0], data=body(kind, number)) as answer:
                        answer.raise_for_status()
                        return said(await answer.read())
                return [await ask(number) for number in range(count)]
        return uvloop.run(go())

    def closed(self, kind: str, callers: int, requests: int, first: int = 0) -> dict:
        """So many requests in all, numbered from `first`; kind mix draws one for each."""
        return self.called(kind, callers, first, iter(mixed(requests, 11) if kind == "mix" else [kind] * requests))

    def warmed(self, kind: str, callers: int, seconds: float) -> dict:
        """As many as are answered in so many seconds."""
        end = time.perf_counter() + seconds
        kinds = itertools.cycle(mixed(100, 11) if kind == "mix" else [kind])
        return self.called(kind, callers, 0, itertools.takewhile(lambda _: time.perf_counter() < end, kinds))

    def called(self, kind: str, callers: int, first: int, kinds: Iterator[str]) -> dict:
        numbered = enumerate(kinds, first)

        async def run(ask) -> None:
            async def caller(url: str) -> None:
                for number, each in numbered:
                    await ask(url, each, number)
            await asyncio.gather(*(caller(self.urls[k % len(self.urls)]) for k in range(callers)))
        return {"kind": kind, "callers": callers, **self.measured(run)}

    def opened(self, rate: float, seconds: float) -> dict:
        """The mix at so many a second, Poisson."""
        rng, at, times = random.Random(5), 0.0, []
        while (at := at + rng.expovariate(rate)) < seconds:
            times.append(at)
        kinds = mixed(len(times), 5)

        async def run(ask) -> None:
            began = time.perf_counter()

            async def one(i: int) -> None:
                await asyncio.sleep(max(0, began + times[i] - time.perf_counter()))
                await ask(self.urls[i % len(self.urls)], kinds[i], i)
            await asyncio.gather(*(one(i) for i in range(len(times))))
        return {"kind": "mix", "offered": rate, **self.measured(run)}

    def measured(self, run) -> dict:
        asked: list[Asked] = []

        async def go() -> float:
            async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=PATIENCE),
                                             headers=HEADERS) as session:
                async def ask(url: str, kind: str, number: int) -> None:
                    data, began = body(kind, number), time.perf_counter()
                    try:
                        async with session.post(url, data=data) as answer:
                            status, raw = answer.status, await answer.read()
                    except (aiohttp.ClientError, asyncio.TimeoutError) as e:
                        status, raw = 0, repr(e).encode()
                    asked.append(Asked(kind, number, status, raw, time.perf_counter() - began))
                began = time.perf_counter()
                await run(ask)
                return time.perf_counter() - began
        return self.report(asked, uvloop.run(go()))

    def report(self, asked: list[Asked], seconds: float) -> dict:
        """Answers are looked at when all is over: that takes the processor that they come from."""
        answered = [one for one in asked if one.status == 200]
        refused = [one for one in asked if one.status == 429]
        faults = [fault for one in answered if (fault := wrong(one.kind, one.number, one.raw, self.texts))]
        faults += [f"{one.kind} {one.number}: {one.status} {one.raw[:200]!r}" for one in asked if one.status not in (200, 429)]
        kinds = sorted({one.kind for one in asked})
        took = {kind: np.array([one.seconds * 1e3 for one in answered if one.kind == kind]) for kind in kinds}
        return {"requests": len(asked), "refused": len(refused), "faults": faults[:5], "failed": len(faults), "seconds": seconds,
                "rate": len(answered) / seconds,
                "ms": {kind: {"p50": float(np.median(ms)), "p95": float(np.quantile(ms, 0.95))} for kind, ms in took.items() if len(ms)}}
