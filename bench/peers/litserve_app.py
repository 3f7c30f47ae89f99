# SPDX-License-Identifier: Apache-2.0
"""LitServe: python -m peers.litserve_app PORT. The whole path is one LitAPI, whose workers take what waits as a batch."""
from __future__ import annotations

import os
import sys

import litserve
import numpy as np

from .backbone import Backbone
from .bundles import Family
from .chat import completion, question
from .media import Eyes, Painter, Projector


class Path(litserve.LitAPI):
    def setup(self, device: str) -> None:
        family = Family.of_environment()
        self.backbone, self.eyes, self.painter = Backbone(family), Eyes(family), Painter(family)
        self.input_projector, self.output_projector = Projector(family, "input"), Projector(family, "output")

    def decode_request(self, request: dict) -> dict:
        return request

    def batch(self, inputs: list) -> list:
        return inputs

    def unbatch(self, output: list) -> list:
        return output

    def predict(self, bodies: list[dict]) -> list[dict]:
        asked = [question(body) for body in bodies]
        pixels = [self.eyes.pixels(part) for one in asked for part in one.parts if isinstance(part, bytes)]
        seen = iter(self.input_projector(self.eyes.encode(np.stack(pixels))) if pixels else [])
        answers = self.backbone.write([self.backbone.prompt([part if isinstance(part, str) else next(seen) for part in one.parts]) for one in asked])
        drawn = [(answer.signals, one.seed) for answer, one in zip(answers, asked) if answer.signals is not None]
        pictures = iter(self.painter.paint(self.output_projector(np.stack([signals for signals, _ in drawn])), [seed for _, seed in drawn]) if drawn else [])
        return [completion(answer, None if answer.signals is None else next(pictures)) for answer in answers]


if __name__ == "__main__":
    # A wait of 0 has the workers turn in a loop for requests.
    api = Path(max_batch_size=int(os.environ["PEERS_BATCH"]), batch_timeout=0.002, api_path="/v1/chat/completions")
    server = litserve.LitServer(api, accelerator="cpu", workers_per_device=int(os.environ["PEERS_WORKERS"]), timeout=600, healthcheck_path="/readyz")
    server.run(host="127.0.0.1", port=int(sys.argv[1]), num_api_servers=1, generate_client_file=False, log_level="warning")
