"""What an answer costs each service: processor time and memory of a mesh of processes that does nothing else.

bench/run sizes [REQUESTS]: starts the mesh, asks for REQUESTS (200) of each kind, eight at a time, and prints two tables in Markdown.
"""
from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
CALLERS, WARM = 8, 80
TICKS = os.sysconf("SC_CLK_TCK")


def said(text: str, *parts: dict) -> list[dict]:
    return [{"role": "user", "content": [{"type": "text", "text": text}, *parts] if parts else text}]


def media(kind: str, path: str, mime: str) -> dict:
    data = base64.b64encode((HOME / path).read_bytes()).decode()
    return {"type": kind, kind: {"url": f"data:{mime};base64,{data}"}}


# Each with what must come, so that what is counted was made; no two seeds alike.
KINDS = {
    "a picture": (said("draw a red bell at the top left"), "image_url"),
    "a sound": (said("let me hear a low fast bell"), "input_audio"),
    "a film": (said("film a red bell flying left"), "video_url"),
    "words on a picture": (said("what is in the picture?", media("image_url", "docs/bell.png", "image/png")), ""),
    "a picture from a picture": (said("draw this in blue", media("image_url", "docs/bell.png", "image/png")), "image_url"),
}


def ask(url: str, kind: str, seed: int) -> None:
    messages, comes = KINDS[kind]
    body = json.dumps({"model": "toyworld", "messages": messages, "seed": seed}).encode()
    request = urllib.request.Request(url + "/v1/chat/completions", body, {"content-type": "application/json"})
    message = json.load(urllib.request.urlopen(request, timeout=120))["choices"][0]["message"]
    made = [part["type"] for part in message.get("parts", [])]
    if comes and comes not in made or not comes and not message["content"]:
        raise SystemExit(f"{kind}: {made} came, and {message['content']!r}")


def cpu(pid: int) -> float:
    """Seconds of the process and of the children that have ended (ffmpeg)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return sum(int(field) for field in fields[11:15]) / TICKS


def memory(pid: int, which: str) -> int:
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith(which))
    return int(line.split()[1]) // 1024


def many(url: str, kind: str, first: int, count: int) -> float:
    began = time.monotonic()
    with ThreadPoolExecutor(CALLERS) as pool:
        list(pool.map(lambda i: ask(url, kind, first + i), range(count)))
    return count / (time.monotonic() - began)


def main(requests: int) -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the mesh is ended on the way
    with tempfile.TemporaryDirectory() as folder:
        env = os.environ | {"ANYMESH_STATE": f"{folder}/mesh.json"}
        up = subprocess.Popen([HOME / "anymesh", "up", "--processes", "--port", "0"], stdout=subprocess.PIPE, env=env, text=True)
        try:
            url = next(line.split()[1] for line in up.stdout if line.startswith("ready "))
            shown = json.loads(subprocess.check_output([HOME / "anymesh", "status", "--json"], env=env))["instances"]
            pids = {one["id"].rsplit("-", 1)[0]: one["pid"] for one in shown if one["id"] != "consul"}
            rest = {name: memory(pid, "VmRSS") for name, pid in pids.items()}
            print(f"Milliseconds of one core, {requests} of each, {CALLERS} at a time\n")
            print("| for | " + " | ".join(pids) + " | all | a second, on " + str(os.cpu_count()) + " cores |")
            print("|---|" + "---|" * (len(pids) + 2))
            for kind in KINDS:
                many(url, kind, 1, WARM)
                before = {name: cpu(pid) for name, pid in pids.items()}
                rate = many(url, kind, 1 + WARM, requests)
                took = {name: (cpu(pid) - before[name]) / requests * 1000 for name, pid in pids.items()}
                cells = [f"{ms:.1f}" for ms in took.values()]
                print(f"| {kind} | {' | '.join(cells)} | {sum(took.values()):.0f} | {rate:.1f} |", flush=True)
            print("\nMegabytes that are resident: when it serves first, and the most there ever were\n")
            print("| | " + " | ".join(pids) + " |\n|---|" + "---|" * len(pids))
            print("| first | " + " | ".join(str(rest[name]) for name in pids) + " |")
            print("| most | " + " | ".join(str(memory(pid, "VmHWM")) for pid in pids.values()) + " |")
        finally:
            up.terminate()
            up.wait(60)


main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
