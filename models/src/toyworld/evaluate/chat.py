"""Asking a running mesh over HTTP, with OpenAI-style messages."""
from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

from .media import Answer, value_of

Message = dict[str, object]

PATIENCE = 300.0  # seconds


class Mesh:
    """The mesh at a URL; eight requests at a time, so that it may batch them."""

    def __init__(self, url: str, model: str = "toyworld"):
        self.url, self.model = url.rstrip("/") + "/v1/chat/completions", model

    def answer(self, messages: list[Message], seed: int) -> Answer:
        body = json.dumps({"model": self.model, "messages": messages, "seed": seed}).encode()
        request = urllib.request.Request(self.url, body, {"Content-Type": "application/json"})
        message = json.loads(self.sent(request))["choices"][0]["message"]
        media = [value_of(part) for part in message.get("parts") or []]
        return Answer(message.get("content") or "", [m for m in media if m is not None])

    @staticmethod
    def sent(request: urllib.request.Request) -> bytes:
        """What comes back; a busy mesh is asked again when it said, though not for ever."""
        last = time.monotonic() + PATIENCE
        while True:
            try:
                with urllib.request.urlopen(request, timeout=PATIENCE) as response:
                    return response.read()
            except urllib.error.HTTPError as refused:
                if refused.code != 429 or time.monotonic() > last:
                    raise
                time.sleep(float(refused.headers.get("Retry-After", "1")))

    def answer_all(self, dialogues: list[list[Message]], first_seed: int = 0) -> list[Answer]:
        with ThreadPoolExecutor(8) as pool:
            return list(pool.map(self.answer, dialogues, range(first_seed, first_seed + len(dialogues))))
