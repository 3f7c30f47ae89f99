"""The tokenizer: byte-level BPE, so that every text can be read and comes back unchanged."""
from __future__ import annotations

import random
from pathlib import Path

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

from .captions import BACKGROUND_WORDS, PLACE_WORDS, PLURALS
from .dialogue import sample_dialogue
from .film import FILM_ATTRIBUTES
from .scene import ATTRIBUTES
from .sound import SOUND_ATTRIBUTES

SIGNALS = {"image": tuple(f"[IMG{i}]" for i in range(4)), "audio": tuple(f"[AUD{i}]" for i in range(4)),
           "video": tuple(f"[VID{i}]" for i in range(4))}
MARKS = {"image": ("<Img>", "</Img>"), "audio": ("<Aud>", "</Aud>"), "video": ("<Vid>", "</Vid>")}
SPECIAL = ("<pad>", "<s>", "<|end|>", "<|system|>", "<|user|>", "<|assistant|>",
           *(t for m in SIGNALS for t in MARKS[m]), *(t for tokens in SIGNALS.values() for t in tokens))
PAD, BEGIN, END = 0, 1, 2
VOCABULARY = 1536


def corpus(count: int, seed: int = 5) -> list[str]:
    rng = random.Random(seed)
    lines = []
    for _ in range(count):
        for turn in sample_dialogue(rng):
            lines += [part for part in turn.parts if isinstance(part, str)]
    names = [v for table in (ATTRIBUTES, SOUND_ATTRIBUTES, FILM_ATTRIBUTES) for values in table.values() for v in values] + [*PLURALS, *PLACE_WORDS, *BACKGROUND_WORDS]
    # The world's own words count extra, at the start of a text too, so that each becomes one token.
    lines += [form for name in names for word in name.split() for form in (word, f" {word}", word.capitalize())] * 60
    return lines


def build(path: Path) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=VOCABULARY, show_progress=False, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
                                  special_tokens=[AddedToken(t, special=True, normalized=False) for t in SPECIAL])
    tokenizer.train_from_iterator(corpus(20_000), trainer)
    path.parent.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(path))
    return tokenizer


def load(path: Path) -> Tokenizer:
    return Tokenizer.from_file(str(path))


def ids(tokenizer: Tokenizer, text: str) -> list[int]:
    return tokenizer.encode(text, add_special_tokens=False).ids
