# SPDX-License-Identifier: Apache-2.0
"""Ray Serve: python -m peers.ray_app PORT FOLDER. A deployment for each component, as in Anymesh's mesh; what waits is a batch where that pays."""
import asyncio
import os
import signal
import sys
import threading

import numpy as np
import orjson
import ray
from fastapi import FastAPI, Request, Response
from ray import serve

from .backbone import Answer, Backbone
from .bundles import Family
from .chat import completion, question
from .media import Eyes, Painter, Projector

HOW = {"max_ongoing_requests": 300, "ray_actor_options": {"num_cpus": 0.1}}
PAINTERS, BATCH = int(os.environ["PEERS_WORKERS"]), int(os.environ["PEERS_BATCH"])
app = FastAPI()


@serve.deployment(**HOW)
class Encoder:
    def __init__(self):
        self.eyes = Eyes(Family.of_environment())

    async def __call__(self, file: bytes) -> np.ndarray:
        return (await asyncio.to_thread(lambda: self.eyes.encode(self.eyes.pixels(file)[None])))[0]


@serve.deployment(**HOW)
class InputProjector:
    def __init__(self):
        self.projector = Projector(Family.of_environment(), "input")

    async def __call__(self, features: np.ndarray) -> np.ndarray:
        return self.projector(features[None])[0]


@serve.deployment(**HOW)
class Words:
    def __init__(self):
        self.backbone = Backbone(Family.of_environment())

    @serve.batch(max_batch_size=32, batch_wait_timeout_s=0)
    async def write(self, prompts: list[list]) -> list[Answer]:
        return await asyncio.to_thread(lambda: self.backbone.write([self.backbone.prompt(parts) for parts in prompts]))

    async def __call__(self, parts: list) -> Answer:
        return await self.write(parts)


@serve.deployment(**HOW)
class OutputProjector:
    def __init__(self):
        self.projector = Projector(Family.of_environment(), "output")

    async def __call__(self, signals: np.ndarray) -> np.ndarray:
        return self.projector(signals[None])[0]


@serve.deployment(**HOW, num_replicas=PAINTERS)
class Generator:
    def __init__(self):
        self.painter = Painter(Family.of_environment())

    @serve.batch(max_batch_size=BATCH, batch_wait_timeout_s=0)
    async def paint(self, conditions: list[np.ndarray], seeds: list[int]) -> list[bytes]:
        return await asyncio.to_thread(self.painter.paint, np.stack(conditions), seeds)

    async def __call__(self, condition: np.ndarray, seed: int) -> bytes:
        return await self.paint(condition, seed)


@serve.deployment(**HOW)
@serve.ingress(app)
class Ingress:
    def __init__(self, encoder, input_projector, words, output_projector, generator):
        self.encoder, self.input_projector, self.words = encoder, input_projector, words
        self.output_projector, self.generator = output_projector, generator

    @app.post("/v1/chat/completions")
    async def chat(self, request: Request) -> Response:
        asked = question(orjson.loads(await request.body()))
        parts = [part if isinstance(part, str) else await self.input_projector.remote(self.encoder.remote(part)) for part in asked.parts]
        answer, picture = await self.words.remote(parts), None
        if answer.signals is not None:
            picture = await self.generator.remote(self.output_projector.remote(answer.signals), asked.seed)
        return Response(orjson.dumps(completion(answer, picture)), media_type="application/json")

    @app.get("/readyz")
    async def ready(self) -> str:
        return "ready"


if __name__ == "__main__":
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    ray.init(num_cpus=2, include_dashboard=False, _node_ip_address="127.0.0.1", _temp_dir=sys.argv[2], object_store_memory=200_000_000,
             log_to_driver=False)
    serve.start(http_options={"host": "127.0.0.1", "port": int(sys.argv[1])})
    serve.run(Ingress.bind(Encoder.bind(), InputProjector.bind(), Words.bind(), OutputProjector.bind(), Generator.bind()))
    stop.wait()
    serve.shutdown()
    ray.shutdown()
