"""Asks a mesh for 64 things at once, no two the same, and holds every answer against the same request asked alone.

Run by ConcurrentRequestsIT: `python at_once.py URL`. Prints one line of JSON: how often each kind of medium went in and came out, and what
was wrong. Cases and what counts as the same are those of `mixed_load.py`.
"""
from __future__ import annotations

import collections
import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
from openai import OpenAI

from mixed_load import CASES, SAME, Case, Got, closest_others, difference, file_part, plain, streamed

AT_ONCE = 64
THINGS = ["a red bell", "the low fast sound of a bell", "a film of a blue star growing", *map(file_part, ("bell.png", "bell.wav", "bell.mp4"))]
SAME_DIRECTION = 0.9999

url = sys.argv[1]
client = OpenAI(base_url=url + "/v1", api_key="unused", max_retries=0, timeout=300)


def chats(count: int) -> list[Case]:
    """The cases, and as many again as are needed with chances of their own; films, which take longest, only once."""
    others = [replace(case, seed=case.seed + 1000, temperature=1.0) for case in CASES if not case.is_film()]
    return (CASES + others)[:count]


def vector(thing: str | dict) -> np.ndarray:
    return np.array(client.embeddings.create(model="toyworld", input=[thing], encoding_format="float").data[0].embedding)


def wrong(case: Case, got: Got, alone: Got) -> str | None:
    apart = difference(got, alone)
    if apart is None or any(value > SAME[kind] for kind, value in apart.items()):
        return f"{case}: {got.text!r} for {alone.text!r}, {apart}"
    return None


cases = chats(AT_ONCE - len(THINGS))
alone = {case: plain(client, case, "alone") for case in cases}
vectors = [vector(thing) for thing in THINGS]
margin = closest_others({case: alone[case] for case in CASES})
assert all(margin[kind] > 2 * SAME[kind] for kind in SAME), f"cases are too alike to tell apart: {margin}"

start = threading.Barrier(AT_ONCE)


def ask(i: int) -> str | None:
    start.wait()
    try:
        if i >= len(cases):
            likeness = float(vector(THINGS[i - len(cases)]) @ vectors[i - len(cases)])
            return None if likeness > SAME_DIRECTION else f"the vector of {THINGS[i - len(cases)]!r:.60} is like its own by {likeness}"
        got = (streamed if i % 2 else plain)(client, cases[i], f"at-once-{i}")
        return wrong(cases[i], got, alone[cases[i]])
    except Exception as e:  # what a caller would see
        return f"{i}: {e!r}"[:600]


with ThreadPoolExecutor(AT_ONCE) as pool:
    found = [one for one in pool.map(ask, range(AT_ONCE)) if one]
made = collections.Counter(kind for got in alone.values() for kind, _ in got.media())
given = collections.Counter(part["type"] for case in cases for message in case.messages() if not isinstance(message["content"], str)
                            for part in message["content"])
print(json.dumps({"asked": AT_ONCE, "made": made, "given": given, "wrong": found}))
