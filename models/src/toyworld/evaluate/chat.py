"""Asking a running mesh over HTTP, with OpenAI-style messages."""
from __future__ import annotations

import base64
import io
import json
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
from PIL import Image

Message = dict[str, object]


@dataclass
class Answer:
    text: str
    pictures: list[np.ndarray] = field(default_factory=list)  # uint8 [H, W, 3]


def picture_url(picture: np.ndarray) -> str:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def picture_from(url: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(url.split(",", 1)[1]))).convert("RGB"))


def text_part(text: str) -> dict:
    return {"type": "text", "text": text}


def picture_part(picture: np.ndarray) -> dict:
    return {"type": "image_url", "image_url": {"url": picture_url(picture)}}


class Mesh:
    """The mesh at a URL; eight requests at a time, so that it may batch them."""

    def __init__(self, url: str, model: str = "toyworld"):
        self.url, self.model = url.rstrip("/") + "/v1/chat/completions", model

    def answer(self, messages: list[Message], seed: int) -> Answer:
        body = json.dumps({"model": self.model, "messages": messages, "seed": seed}).encode()
        request = urllib.request.Request(self.url, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=300) as response:
            message = json.load(response)["choices"][0]["message"]
        parts = message.get("parts") or []
        return Answer(message.get("content") or "", [picture_from(p["image_url"]["url"]) for p in parts if p["type"] == "image_url"])

    def answer_all(self, dialogues: list[list[Message]], first_seed: int = 0) -> list[Answer]:
        with ThreadPoolExecutor(8) as pool:
            return list(pool.map(self.answer, dialogues, range(first_seed, first_seed + len(dialogues))))
