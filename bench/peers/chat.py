# SPDX-License-Identifier: Apache-2.0
"""OpenAI's chat completions, as far as the bench asks for them: what came in, and the answer in Anymesh's shape."""
from __future__ import annotations

import base64
import time
import uuid
from dataclasses import dataclass

from .backbone import Answer


@dataclass
class Question:
    """Parts are texts, and pictures as files."""
    parts: list[str | bytes]
    seed: int


def question(body: dict) -> Question:
    content = body["messages"][-1]["content"]
    parts = [{"type": "text", "text": content}] if isinstance(content, str) else content
    return Question([part["text"] if part["type"] == "text" else base64.b64decode(part["image_url"]["url"].split(",", 1)[1]) for part in parts],
                    body.get("seed", 0))


def completion(answer: Answer, picture: bytes | None) -> dict:
    message = {"role": "assistant", "content": answer.text}
    if picture is not None:
        url = "data:image/png;base64," + base64.b64encode(picture).decode()
        message["parts"] = [{"type": "text", "text": answer.text}, {"type": "image_url", "image_url": {"url": url}}]
    return {"id": f"chatcmpl-{uuid.uuid4().hex}", "object": "chat.completion", "created": int(time.time()), "model": "toyworld",
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}], "usage": {"completion_tokens": answer.tokens}}
