# SPDX-License-Identifier: Apache-2.0
"""What is compared: how each is started, when it is ready, what it takes, and how it ends."""
from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import psutil

from .bundles import HOME

LOGS = HOME / "bench/target/peers"
PATIENCE = 120  # seconds to become ready
NAMES = {"mesh": "Anymesh, one JVM", "processes": "Anymesh, processes", "fastapi1": "FastAPI, one process", "fastapi2": "FastAPI, two processes",
         "ray": "Ray Serve", "litserve": "LitServe", "bare": "bare graphs"}
OURS = ("mesh", "processes")
PEERS = ("fastapi1", "fastapi2", "ray", "litserve")
# The best of those that were tried for each: threads of a session, threads or processes that paint, and how many are a batch in each of them.
HOW = {"fastapi1": {"THREADS": 1, "PAINTERS": 2}, "fastapi2": {"THREADS": 1, "PAINTERS": 1},
       "ray": {"THREADS": 1, "WORKERS": 2, "BATCH": 1}, "litserve": {"THREADS": 1, "WORKERS": 2, "BATCH": 4}}


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class System:
    """One of them, started and ready. `generator` is a folder of the family, such as generator-image-2.0.0."""

    def __init__(self, name: str, bundles: Path, generator: str):
        self.name = name
        ports = [free_port() for _ in range(2 if name == "fastapi2" else 1)]
        self.urls = [f"http://127.0.0.1:{port}" for port in ports]
        self.folder = Path(tempfile.mkdtemp(prefix="peers-"))
        # Without the cache of media: all captions are of one picture, which each server is to read each time.
        environment = os.environ | {"ANYMESH_STATE": f"{self.folder}/mesh.json", "ANYMESH_MEDIACACHEBYTES": "0", "PYTHONPATH": str(HOME / "bench"), "RAY_USAGE_STATS_ENABLED": "0",
                                    "RAY_SERVE_THROUGHPUT_OPTIMIZED": "1", "PEERS_BUNDLES": str(bundles), "PEERS_GENERATOR": generator}
        environment |= {f"PEERS_{key}": str(value) for key, value in HOW.get(name, {}).items()}
        LOGS.mkdir(parents=True, exist_ok=True)
        self.log = LOGS / f"{name}.log"
        with self.log.open("w") as log:
            began = time.perf_counter()
            self.processes = [subprocess.Popen(self.command(bundles, generator, str(port)), env=environment, stdout=log, stderr=log,
                                               start_new_session=True) for port in ports]
        try:
            while not self.is_ready():
                if any(p.poll() is not None for p in self.processes) or time.perf_counter() - began > PATIENCE:
                    raise SystemExit(f"bench: {name} did not become ready, see {self.log}")
                time.sleep(0.02)
        except BaseException:
            self.stop()
            raise
        self.ready = time.perf_counter() - began

    def command(self, bundles: Path, generator: str, port: str) -> list[str]:
        python = sys.executable
        if self.name in OURS:
            folders = {service: service for service in ("backbone", "encoder", "input-projector", "output-projector", "generator-audio", "generator-video")}
            given = [f"--bundle={service}={bundles / folder}" for service, folder in (folders | {"generator-image": generator}).items()]
            return [str(HOME / "anymesh"), "up", "--port", port, *given, *(["--processes"] if self.name == "processes" else [])]
        if self.name in ("fastapi1", "fastapi2"):
            return [python, "-m", "uvicorn", "peers.fastapi_app:app", "--host", "127.0.0.1", "--port", port,
                    "--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"]
        return [python, "-m", f"peers.{self.name}_app", port, str(self.folder)]

    def is_ready(self) -> bool:
        """Anymesh when it says so, which is when all that it starts serves; the others when they answer."""
        if self.name in OURS:
            return "\nready " in "\n" + self.log.read_text()
        try:
            for url in self.urls:
                urllib.request.urlopen(url + "/readyz", timeout=2).close()
            return True
        except OSError:
            return False

    def tree(self) -> list[psutil.Process]:
        roots = [psutil.Process(p.pid) for p in self.processes if p.poll() is None]
        return roots + [child for root in roots for child in root.children(recursive=True)]

    def cpu(self) -> float:
        """Seconds of processor time of all of its processes that live."""
        return sum(sum(p.cpu_times()[:2]) for p in self.tree())

    def pss(self) -> float:
        """MB in all, what is shared counted once."""
        return sum(p.memory_full_info().pss for p in self.tree()) / 1e6

    def stop(self) -> None:
        tree = self.tree()
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                print(f"bench: {self.name} did not end by SIGTERM", file=sys.stderr)
        for p in tree:  # is_running() tells another process of the same pid from this one
            if p.is_running():
                p.kill()
        psutil.wait_procs(tree, 10)
        shutil.rmtree(self.folder, ignore_errors=True)
