"""What ordinary callers notice while others send what is cheap to ask for and dear to do.

Run by `bench/run hostile [SECONDS]`: starts a mesh of processes, asks ordinary things alone for so long, then beside each kind of hostile
request in turn, and prints a table of 95th percentiles as ratios. Ends with 1 if a ratio is above 3, an ordinary request fails, a hostile
one gets a 5xx, or a process ends.
"""
from __future__ import annotations

import base64
import http.client
import io
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import av
import numpy as np
from PIL import Image

HOME = Path(__file__).parents[1]
FIXTURES = HOME / "models/fixtures"
CHAT, IMAGES = "/v1/chat/completions", "/v1/images/generations"
LIMIT = 3.0


def url(data: bytes, mime: str) -> str:
    return f"data:{mime};base64," + base64.b64encode(data).decode()


def ask(content: list | str) -> bytes:
    return json.dumps({"model": "toyworld", "temperature": 0, "max_tokens": 40,
                       "messages": [{"role": "user", "content": content}]}).encode()


def medium(kind: str, data: bytes, mime: str, text: str) -> bytes:
    return ask([{"type": kind, kind: {"url": url(data, mime)}}, {"type": "text", "text": text}])


ORDINARY = {
    "a greeting": ask("hello"),
    "a small picture": medium("image_url", (FIXTURES / "bell.png").read_bytes(), "image/png", "what is in the picture?"),
    "a small sound": medium("audio_url", (FIXTURES / "bell.wav").read_bytes(), "audio/wav", "what do you hear?"),
    "a small film": medium("video_url", (FIXTURES / "bell.mp4").read_bytes(), "video/mp4", "what happens?"),
}


def photo(width: int, height: int, **how) -> bytes:
    rng = np.random.default_rng(1)
    small = Image.fromarray(rng.integers(0, 256, (height // 64, width // 64, 3), dtype=np.uint8))
    out = io.BytesIO()
    small.resize((width, height), Image.Resampling.BILINEAR).save(out, "JPEG", quality=80, **how)
    return out.getvalue()


def many_scans(scans: int) -> bytes:
    """A progressive JPEG whose last scan is there many times over."""
    whole = photo(2048, 1536, progressive=True)
    last = whole.rindex(b"\xff\xda")
    return whole[:-2] + whole[last:-2] * scans + b"\xff\xd9"


def png_of_zeros(width: int, height: int) -> bytes:
    """16 bits, alpha, a few kilobytes."""
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    packed, row = zlib.compressobj(9), bytes(1 + 8 * width)
    data = b"".join(packed.compress(row) for _ in range(height)) + packed.flush()
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 16, 6, 0, 0, 0))
            + chunk(b"IDAT", data) + chunk(b"IEND", b""))


def long_film(minutes: int) -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=25, options={"preset": "ultrafast", "crf": "40"})
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        frames = [av.VideoFrame.from_ndarray(np.full((240, 320, 3), value, np.uint8), "rgb24") for value in (60, 90)]
        for i in range(minutes * 60 * 25):
            frame = frames[i % 2]
            frame.pts = i
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return out.getvalue()


class Mesh:
    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="anymesh-hostile")
        environment = os.environ | {"ANYMESH_STATE": f"{self.folder.name}/mesh.json"}
        self.environment = environment
        self.up = subprocess.Popen([HOME / "anymesh", "up", "--processes", "--port", "0"], stdout=subprocess.PIPE, text=True,
                                   env=environment)
        lines = iter(self.up.stdout.readline, "")
        ready = next((line for line in lines if line.startswith("ready ")), None)
        if ready is None:
            raise SystemExit("the mesh ended before it was ready")
        where = urlsplit(ready.split()[1])
        self.host, self.port = where.hostname, where.port

    def pids(self) -> dict[str, str]:
        status = subprocess.run([HOME / "anymesh", "status"], capture_output=True, text=True, env=self.environment).stdout
        return {line.split()[0]: line.split()[1] for line in status.splitlines()[1:] if len(line.split()) > 4}

    def post(self, path: str, body: bytes, patience: float = 120) -> int:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=patience)
        try:
            connection.request("POST", path, body, {"content-type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()

    def leave(self, path: str, body: bytes, after: float) -> int:
        """Asks and goes away."""
        with socket.create_connection((self.host, self.port)) as s:
            s.sendall(f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode())
            s.sendall(body)
            time.sleep(after)
        return 0

    def trickle(self, stop: threading.Event) -> int:
        """A byte of a body a second."""
        with socket.create_connection((self.host, self.port)) as s:
            s.sendall(f"POST {CHAT} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n".encode())
            try:
                while not stop.wait(1):
                    s.sendall(b" ")
            except OSError:
                pass  # cut off, as it should be
        return 0

    def end(self) -> None:
        self.up.send_signal(signal.SIGTERM)
        self.up.wait(120)
        self.folder.cleanup()


def hostile(mesh: Mesh) -> dict[str, tuple[int, Callable[[threading.Event], int]]]:
    """What is sent, again and again, by how many at once."""
    photos = [photo(w, h) for w, h in ((4032, 3024), (5712, 4284), (8160, 6144))]
    progressive = photo(5712, 4284, progressive=True)
    scans, png = many_scans(300), png_of_zeros(7000, 7000)
    film = long_film(9)
    words = ask("a bell and " * (6 << 20 >> 4) + "x" * (3 << 20))
    body = ask([{"type": "image_url", "image_url": {"url": url(bytes(14 << 20), "image/png")}} for _ in range(2)])
    nan = json.dumps({"model": "toyworld", "prompt": "a red bell", "guidance_scale": 1e38, "num_inference_steps": 2}).encode()
    turns = iter(range(1 << 30))

    def picture(data: bytes, mime: str = "image/jpeg") -> bytes:
        return medium("image_url", data, mime, "what is in the picture?")

    bodies = [picture(p) for p in photos]
    return {
        "photos of 12, 24 and 50 megapixels": (3, lambda _: mesh.post(CHAT, bodies[next(turns) % 3])),
        "a progressive photo of 24 megapixels": (3, lambda _, b=picture(progressive): mesh.post(CHAT, b)),
        f"a JPEG of 300 scans ({len(scans) >> 10} kB), left after 1 s": (3, lambda _, b=picture(scans): mesh.leave(CHAT, b, 1)),
        f"a 16-bit PNG of 49 megapixels ({len(png) >> 10} kB)": (3, lambda _, b=picture(png, "image/png"): mesh.post(CHAT, b)),
        "a film of nine minutes, left after 1 s": (3, lambda _, b=medium("video_url", film, "video/mp4", "what happens?"): mesh.leave(CHAT, b, 1)),
        f"a text of {len(words) >> 20} MB": (2, lambda _: mesh.post(CHAT, words)),
        f"a body of {len(body) >> 20} MB": (4, lambda _: mesh.post(CHAT, body)),
        "guidance of 1e38": (3, lambda _: mesh.post(IMAGES, nan)),
        "a byte of a body a second": (100, mesh.trickle),
    }


def measure(mesh: Mesh, seconds: float) -> tuple[dict[str, list[float]], list[str]]:
    """Ordinary requests by two callers: how long each took, and what went wrong."""
    took: dict[str, list[float]] = {name: [] for name in ORDINARY}
    wrong: list[str] = []

    def call(first: int) -> None:
        names, until = list(ORDINARY), time.monotonic() + seconds
        while time.monotonic() < until:
            for i in range(len(names)):
                name = names[(first + i) % len(names)]
                began = time.monotonic()
                try:
                    status = mesh.post(CHAT, ORDINARY[name])
                except OSError as e:
                    status = repr(e)
                took[name].append(time.monotonic() - began)
                if status != 200:
                    wrong.append(f"{name}: {status}")

    callers = [threading.Thread(target=call, args=(2 * i,)) for i in range(2)]
    [c.start() for c in callers]
    [c.join() for c in callers]
    return took, wrong


def beside(mesh: Mesh, seconds: float, count: int, send: Callable[[threading.Event], int]):
    stop, statuses = threading.Event(), []

    def again() -> None:
        while not stop.is_set():
            try:
                statuses.append(send(stop))
            except OSError as e:
                statuses.append(599)
                print(repr(e), file=sys.stderr)

    senders = [threading.Thread(target=again, daemon=True) for _ in range(count)]
    [s.start() for s in senders]
    took, wrong = measure(mesh, seconds)
    stop.set()
    [s.join(120) for s in senders]
    return took, wrong, statuses


def p95(took: dict[str, list[float]]) -> float:
    return float(np.quantile(np.concatenate(list(took.values())), 0.95))


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the mesh is ended on the way
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 20
    mesh = Mesh()
    bad = False
    try:
        kinds = hostile(mesh)
        measure(mesh, 5)  # what is made once is made now
        before = mesh.pids()
        alone, wrong = measure(mesh, seconds)
        bad |= bool(wrong)
        print(f"| beside | sent | answered with | ordinary requests | their p95 | of the unloaded |\n|---|---|---|---|---|---|\n"
              f"| nothing | | | {sum(map(len, alone.values()))} | {p95(alone) * 1000:.0f} ms | 1.0 |", flush=True)
        for name, (count, send) in kinds.items():
            took, wrong, statuses = beside(mesh, seconds, count, send)
            ratio = p95(took) / p95(alone)
            codes = ", ".join(f"{s} ×{statuses.count(s)}" for s in sorted(set(statuses)) if s) or "nobody waited"
            fault = ratio > LIMIT or wrong or any(500 <= s for s in statuses)
            bad |= bool(fault)
            print(f"| {name}, {count} at a time | {len(statuses)} | {codes} | {sum(map(len, took.values()))}{f', {len(wrong)} failed' if wrong else ''} | "
                  f"{p95(took) * 1000:.0f} ms | {ratio:.1f}{' **' if fault else ''} |", flush=True)
            [print(line, file=sys.stderr) for line in wrong[:5]]
        after = mesh.pids()
        if after != before:
            bad = True
            print(f"processes ended: {before} -> {after}")
        else:
            print("\nNo process ended.")
    finally:
        mesh.end()
    sys.exit(bad)


if __name__ == "__main__":
    main()
