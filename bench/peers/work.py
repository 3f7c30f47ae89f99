# SPDX-License-Identifier: Apache-2.0
"""What is asked, as an OpenAI client would, and whether an answer is right."""
from __future__ import annotations

import base64
import io
import random

import orjson
from PIL import Image

from .bundles import HOME

SIZE = (128, 128)
TALK = ["hello", "how are you?", "thank you", "good morning"]
BELL = (HOME / "docs/bell.png").read_bytes()
PICTURE = "data:image/png;base64," + base64.b64encode(BELL).decode()
CAPTION = [{"type": "image_url", "image_url": {"url": PICTURE}}, {"type": "text", "text": "what is in the picture?"}]
THINGS, COLOURS = ["bell", "drum", "bird", "siren", "car", "clock"], ["red", "green", "blue", "yellow", "orange"]
DRAW = [f"draw a {size} {colour} {thing} at the {place} by day" for size in ("small", "large") for colour in COLOURS for thing in THINGS
        for place in ("top left", "top right", "bottom left", "bottom right")]
random.Random(7).shuffle(DRAW)
DRAW = DRAW[:24]  # each is asked for its words once, at temperature 0
KINDS = {"talk": TALK, "caption": [CAPTION], "picture": DRAW}
MIX = {"picture": 0.5, "talk": 0.3, "caption": 0.2}


def mixed(count: int, seed: int) -> list[str]:
    """Kinds of so many requests, the same for everyone."""
    return random.Random(seed).choices(list(MIX), list(MIX.values()), k=count)


def body(kind: str, i: int) -> bytes:
    content = KINDS[kind][i % len(KINDS[kind])]
    return orjson.dumps({"messages": [{"role": "user", "content": content}], "model": "toyworld", "seed": i, "temperature": 0})


def said(raw: bytes) -> str:
    return orjson.loads(raw)["choices"][0]["message"]["content"]


def wrong(kind: str, i: int, raw: bytes, texts: dict[str, list[str]]) -> str | None:
    """What is wrong with an answer: its words are to be those of `texts`, Anymesh's own, and its picture a whole one."""
    try:
        message = orjson.loads(raw)["choices"][0]["message"]
        if message["content"] != texts[kind][i % len(texts[kind])]:
            return f"{kind} {i}: {message['content']!r} instead of {texts[kind][i % len(texts[kind])]!r}"
        if kind == "picture":
            urls = [part["image_url"]["url"] for part in message["parts"] if part["type"] == "image_url"]
            picture = Image.open(io.BytesIO(base64.b64decode(urls[0].split(",", 1)[1])))
            picture.load()
            if len(urls) != 1 or picture.size != SIZE or picture.convert("L").getextrema()[1] < 32:
                return f"{kind} {i}: {len(urls)} pictures, {picture.size}, {picture.getextrema()}"
    except (ValueError, KeyError, IndexError, OSError) as e:
        return f"{kind} {i}: {e!r}"
    return None
