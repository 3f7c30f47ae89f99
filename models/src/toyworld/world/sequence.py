"""Dialogues as token sequences: exactly what the runtime builds from the backbone bundle's `prompt` block."""
from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from tokenizers import Tokenizer

from .tokenizer import BEGIN, END, MARKS, PAD, SIGNALS, ids
from .turns import Dialogue, Given, Made, Subject, modality

ROLES = {"system": "<|system|>", "user": "<|user|>", "assistant": "<|assistant|>"}
SUFFIX, MEDIA_TOKENS = "<|end|>", 4


@dataclass
class Sequence:
    """Ids with PAD where the four embeddings of a medium go; `scored` marks the ids that the assistant wrote."""
    ids: list[int] = field(default_factory=list)
    scored: list[bool] = field(default_factory=list)
    given: list[tuple[int, Subject]] = field(default_factory=list)  # first position, what is shown or heard
    made: list[tuple[int, Subject]] = field(default_factory=list)  # first signal's position, what is made

    def add(self, ids_: list[int], scored: bool = False) -> None:
        self.ids += ids_
        self.scored += [scored] * len(ids_)


class Encoder:
    """Turns dialogues into sequences; every piece of text is tokenized by itself."""

    def __init__(self, tokenizer: Tokenizer, media_tokens: int = MEDIA_TOKENS):
        self.tokenizer, self.media_tokens = tokenizer, media_tokens
        self.pieces = lru_cache(50_000)(lambda text: ids(tokenizer, text))
        self.signals = {m: [tokenizer.token_to_id(t) for t in tokens] for m, tokens in SIGNALS.items()}

    def __call__(self, dialogue: Dialogue, open_answer: bool = False) -> Sequence:
        """With `open_answer` the sequence ends with the assistant's prefix, ready to be continued."""
        s = Sequence()
        s.add([BEGIN])
        for turn in dialogue:
            mine = turn.role == "assistant"
            s.add(self.pieces(ROLES[turn.role]))
            for part in turn.parts:
                if isinstance(part, Given):
                    opened, closed = MARKS[modality(part.subject)]
                    s.add(self.pieces(opened))
                    s.given.append((len(s.ids), part.subject))
                    s.add([PAD] * self.media_tokens)
                    s.add(self.pieces(closed))
                elif isinstance(part, Made):
                    s.made.append((len(s.ids), part.subject))
                    s.add(self.signals[modality(part.subject)], mine)
                else:
                    s.add(self.pieces(part), mine)
            s.add([END], mine and not isinstance(turn.parts[-1], Given))
        if open_answer:
            s.add(self.pieces(ROLES["assistant"]))
        return s
