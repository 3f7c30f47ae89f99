"""Dialogues as token sequences: exactly what the runtime builds from the backbone bundle's `prompt` block."""
from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from tokenizers import Tokenizer

from .dialogue import Dialogue, Drawing, Picture
from .scene import Scene
from .tokenizer import BEGIN, END, IMAGE_SIGNALS, PAD, ids

ROLES = {"system": "<|system|>", "user": "<|user|>", "assistant": "<|assistant|>"}
SUFFIX, OPEN, CLOSE, MEDIA_TOKENS = "<|end|>", "<Img>", "</Img>", 4


@dataclass
class Sequence:
    """Ids with PAD where a picture's four embeddings go; `scored` marks the ids that the assistant wrote."""
    ids: list[int] = field(default_factory=list)
    scored: list[bool] = field(default_factory=list)
    pictures: list[tuple[int, Scene]] = field(default_factory=list)  # first position, what is shown
    drawings: list[tuple[int, Scene]] = field(default_factory=list)  # first signal's position, what is drawn

    def add(self, ids_: list[int], scored: bool = False) -> None:
        self.ids += ids_
        self.scored += [scored] * len(ids_)


class Encoder:
    """Turns dialogues into sequences; every piece of text is tokenized by itself."""

    def __init__(self, tokenizer: Tokenizer):
        self.tokenizer = tokenizer
        self.pieces = lru_cache(50_000)(lambda text: ids(tokenizer, text))
        self.signals = [tokenizer.token_to_id(t) for t in IMAGE_SIGNALS]

    def __call__(self, dialogue: Dialogue, open_answer: bool = False) -> Sequence:
        """With `open_answer` the sequence ends with the assistant's prefix, ready to be continued."""
        s = Sequence()
        s.add([BEGIN])
        for turn in dialogue:
            mine = turn.role == "assistant"
            s.add(self.pieces(ROLES[turn.role]))
            for part in turn.parts:
                if isinstance(part, Picture):
                    s.add(self.pieces(OPEN))
                    s.pictures.append((len(s.ids), part.scene))
                    s.add([PAD] * MEDIA_TOKENS)
                    s.add(self.pieces(CLOSE))
                elif isinstance(part, Drawing):
                    s.drawings.append((len(s.ids), part.scene))
                    s.add(self.signals, mine)
                else:
                    s.add(self.pieces(part), mine)
            s.add([END], mine and not isinstance(turn.parts[-1], Picture))
        if open_answer:
            s.add(self.pieces(ROLES["assistant"]))
        return s
