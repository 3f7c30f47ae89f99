"""Asks a mesh for sounds only, all the time.

Run by KubernetesIT: `python sounds.py URL CALLERS`. Prints "begun", asks until standard input ends, and prints one line of JSON:
how many were asked for and what went wrong.
"""
from __future__ import annotations

import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

from openai import OpenAI

url, callers = sys.argv[1], int(sys.argv[2])
client = OpenAI(base_url=url + "/v1", api_key="unused", max_retries=0, timeout=120)
ended, asked, wrong = threading.Event(), [0] * callers, []


def work(caller: int) -> None:
    while not ended.is_set():
        asked[caller] += 1
        try:
            message = client.chat.completions.create(
                model="toyworld", modalities=["text", "audio"], audio={"format": "wav", "voice": "alloy"}, seed=asked[caller],
                messages=[{"role": "user", "content": "let me hear a low fast bell"}]).choices[0].message
            if not (message.audio and message.audio.data):
                wrong.append(f"no sound: {message.content}")
        except Exception as e:  # what a caller would see
            wrong.append(repr(e)[:300])


with ThreadPoolExecutor(callers + 1) as pool:
    pool.submit(lambda: (sys.stdin.read(), ended.set()))
    print("begun", flush=True)
    list(pool.map(work, range(callers)))
print(json.dumps({"asked": sum(asked), "wrong": wrong[:20], "failed": len(wrong)}), flush=True)
