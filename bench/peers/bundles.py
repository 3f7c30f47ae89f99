# SPDX-License-Identifier: Apache-2.0
"""A family of bundles on disk: manifests, and ONNX Runtime sessions of their graphs."""
from __future__ import annotations

import json
import os
from pathlib import Path

import onnxruntime as ort

HOME = Path(__file__).parents[2]


class Family:
    """The folder of a family (backbone, encoder, …), and the folder in it of the generator that draws.

    Sessions have `threads` threads each and don't spin, as in Anymesh.
    """

    def __init__(self, folder: Path, generator: str, threads: int):
        self.folder, self.generator, self.threads = folder, generator, threads

    @staticmethod
    def of_environment() -> Family:
        """What the driver of the bench tells a server."""
        told = os.environ
        return Family(Path(told["PEERS_BUNDLES"]), told["PEERS_GENERATOR"], int(told["PEERS_THREADS"]))

    def json(self, file: str) -> dict:
        return json.loads((self.folder / file).read_text())

    def session(self, file: str, threads: int | None = None) -> ort.InferenceSession:
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads or self.threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        return ort.InferenceSession(str(self.folder / file), options, providers=["CPUExecutionProvider"])
