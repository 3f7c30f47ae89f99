# SPDX-License-Identifier: Apache-2.0
"""The backbone in Python: greedy answers, any number in a batch, into which prompts come and from which answers go at any step."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from tokenizers import Tokenizer

from .bundles import Family

LONGEST = 96  # tokens of an answer


@dataclass
class Answer:
    """What the backbone wrote: text, the hidden states [4, width] of its signal for a picture, and how many tokens."""
    text: str = ""
    signals: np.ndarray | None = None
    tokens: int = 0


@dataclass
class Row:
    """An answer in the making; `new` are embeddings [n, width] that go in with the next step, `seen` those that went in before."""
    done: Callable[[Answer], None]
    new: np.ndarray
    seen: int = 0
    signalling: bool = False
    written: list[int] = field(default_factory=list)
    answer: Answer = field(default_factory=Answer)


def padded(array: np.ndarray, axis: int, length: int) -> np.ndarray:
    """Zeros before, along this axis."""
    shape = list(array.shape)
    shape[axis] = length - shape[axis]
    return array if shape[axis] == 0 else np.concatenate([np.zeros(shape, array.dtype), array], axis)


class Backbone:
    def __init__(self, family: Family):
        manifest, decoder = family.json("backbone/manifest.json"), family.json("backbone/genai_config.json")["model"]["decoder"]
        self.tokenizer = Tokenizer.from_file(str(family.folder / "backbone/tokenizer.json"))
        self.graph = family.session("backbone/" + decoder["filename"])
        words = family.session("backbone/embedding.onnx")
        every = np.arange(self.tokenizer.get_vocab_size(), dtype=np.int64)[None]
        self.words = words.run(None, {"input_ids": every})[0][0]  # [vocabulary, width]
        layers = range(decoder["num_hidden_layers"])
        self.past = [f"past_key_values.{i}.{kind}" for i in layers for kind in ("key", "value")]
        self.outputs = ["logits", "hidden_states", *(f"present.{i}.{kind}" for i in layers for kind in ("key", "value"))]
        self.nothing = np.zeros((1, decoder["num_key_value_heads"], 0, decoder["head_size"]), np.float32)
        token, prompt = self.tokenizer.token_to_id, manifest["prompt"]
        user, assistant, image = prompt["roles"]["user"], prompt["roles"]["assistant"], prompt["media"]["image"]
        self.before = [token(prompt["begin"]), token(user["prefix"])]
        self.after = [token(user["suffix"]), token(assistant["prefix"])]
        self.open, self.close = [token(image["open"])], [token(image["close"])]
        self.end = {token(stop) for stop in manifest["stop"]}
        self.signal = [token(name) for name in manifest["signals"]["image"]["tokens"]]

    def prompt(self, parts: list[str | np.ndarray]) -> np.ndarray:
        """Texts and projected pictures [n, width] in their order, as the user's turn: embeddings [length, width]."""
        rows = [self.words[self.before]]
        for part in parts:
            if isinstance(part, str):
                rows.append(self.words[self.tokenizer.encode(part, add_special_tokens=False).ids])
            else:
                rows += [self.words[self.open], part, self.words[self.close]]
        return np.concatenate([*rows, self.words[self.after]])

    def batch(self) -> Batch:
        return Batch(self)

    def write(self, prompts: list[np.ndarray]) -> list[Answer]:
        """All of them in one batch."""
        answers: list[Answer] = [Answer()] * len(prompts)
        batch = self.batch()
        batch.join([(prompt, lambda answer, i=i: answers.__setitem__(i, answer)) for i, prompt in enumerate(prompts)])
        while batch.rows:
            batch.step()
        return answers


class Batch:
    """Answers that are written together. Rows are padded at the left, each with keys and values of `mask` [rows, length] of its own."""

    def __init__(self, of: Backbone):
        self.of, self.rows = of, []
        self.mask = np.zeros((0, 0), np.int64)
        self.past: list[np.ndarray] = []

    def join(self, prompts: list[tuple[np.ndarray, Callable[[Answer], None]]]) -> None:
        """Reads prompts in a batch of their own, which then becomes part of this one. Each is told its answer."""
        if self.rows:
            other = Batch(self.of)
            other.join(prompts)
            length = max(self.mask.shape[1], other.mask.shape[1])
            self.mask = np.concatenate([padded(mask, 1, length) for mask in (self.mask, other.mask)])
            self.past = [np.concatenate([padded(past, 2, length) for past in both]) for both in zip(self.past, other.past)]
            self.rows += other.rows
            return
        self.rows = [Row(done, prompt) for prompt, done in prompts]
        self.mask = np.zeros((len(prompts), 0), np.int64)
        self.past = [np.repeat(self.of.nothing, len(prompts), 0)] * len(self.of.past)
        self.step()

    def step(self) -> None:
        """Feeds what is new in each row and takes the likeliest next token; rows that have ended leave."""
        length = max(len(row.new) for row in self.rows)
        before = [length - len(row.new) for row in self.rows]
        columns = np.arange(length)
        begin = np.array(before)[:, None]
        self.mask = np.concatenate([self.mask, (columns >= begin).astype(np.int64)], 1)
        positions = np.maximum(columns - begin, 0) + np.array([row.seen for row in self.rows])[:, None]
        logits, hidden, *self.past = self.of.graph.run(self.of.outputs, {
            "inputs_embeds": np.stack([padded(row.new, 0, length) for row in self.rows]), "attention_mask": self.mask,
            "position_ids": positions, **dict(zip(self.of.past, self.past))})
        tokens = logits[:, -1].argmax(-1).tolist()
        staying = [i for i, row in enumerate(self.rows) if not self.took(row, tokens[i], hidden[i])]
        if len(staying) < len(self.rows):
            self.rows, self.mask = [self.rows[i] for i in staying], self.mask[staying]
            unused = int(self.mask.any(0).argmax()) if self.rows else 0
            self.mask = self.mask[:, unused:]
            self.past = [past[staying, :, unused:] for past in self.past]

    def took(self, row: Row, token: int, hidden: np.ndarray) -> bool:
        """Whether the row ended with this token. The tokens after the first of a signal are forced: they all go in at once."""
        of, answer = self.of, row.answer
        row.seen += len(row.new)
        if row.signalling:
            answer.signals, row.signalling = hidden[-len(of.signal):], False
            answer.tokens += len(of.signal) - 1
        answer.tokens += 1
        if token in of.end or answer.tokens >= LONGEST:
            answer.text = of.tokenizer.decode(row.written)
            row.done(answer)
            return True
        row.signalling = token == of.signal[0]
        if not row.signalling:
            row.written.append(token)
        row.new = of.words[of.signal if row.signalling else [token]]
        return False
