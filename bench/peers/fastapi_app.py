# SPDX-License-Identifier: Apache-2.0
"""FastAPI: uvicorn peers.fastapi_app:app, in as many processes as it is told.

Answers are written in one thread, which takes in what waits at every step; pictures are painted in others, one at a time in each, since rows
gain nothing from a batch on such a processor. So neither waits for the other's queue, and the event loop for none.
"""
from __future__ import annotations

import asyncio
import os
import queue
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import orjson
from fastapi import FastAPI, Request, Response

from .backbone import Answer, Backbone
from .bundles import Family
from .chat import completion, question
from .media import Eyes, Painter, Projector

AT_ONCE = 32


class Writer:
    """Answers prompts in one batch that they join as they come."""

    def __init__(self, backbone: Backbone):
        self.backbone, self.waiting = backbone, queue.SimpleQueue()
        threading.Thread(target=self.run, daemon=True).start()

    async def write(self, prompt: np.ndarray) -> Answer:
        loop = asyncio.get_running_loop()
        told = loop.create_future()
        self.waiting.put((prompt, lambda answer: loop.call_soon_threadsafe(told.set_result, answer)))
        return await told

    def run(self) -> None:
        batch = self.backbone.batch()
        while True:
            new = [] if batch.rows else [self.waiting.get()]
            while len(batch.rows) + len(new) < AT_ONCE and not self.waiting.empty():
                new.append(self.waiting.get())
            if new:
                batch.join(new)
            if batch.rows:
                batch.step()


family = Family.of_environment()
backbone, eyes, painter = Backbone(family), Eyes(family), Painter(family)
input_projector, output_projector = Projector(family, "input"), Projector(family, "output")
writer = Writer(backbone)
seeing = ThreadPoolExecutor(family.threads)
painting = ThreadPoolExecutor(int(os.environ["PEERS_PAINTERS"]))
app = FastAPI()


def seen(file: bytes) -> np.ndarray:
    return input_projector(eyes.encode(eyes.pixels(file)[None]))[0]


def painted(signals: np.ndarray, seed: int) -> bytes:
    return painter.paint(output_projector(signals[None]), [seed])[0]


@app.post("/v1/chat/completions")
async def chat(request: Request) -> Response:
    asked, on = question(orjson.loads(await request.body())), asyncio.get_running_loop().run_in_executor
    parts = [part if isinstance(part, str) else await on(seeing, seen, part) for part in asked.parts]
    answer = await writer.write(backbone.prompt(parts))
    picture = None if answer.signals is None else await on(painting, painted, answer.signals, asked.seed)
    return Response(orjson.dumps(completion(answer, picture)), media_type="application/json")


@app.get("/readyz")
async def ready() -> str:
    return "ready"
