"""Builds the tokenizer that every text of the family goes through."""
from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path

from tokenizers import Tokenizer

from ..world import tokenizer as made
from .common import WORK, log

PATH = WORK / "tokenizer.json"


@cache
def tokenizer() -> Tokenizer:
    if not PATH.exists():
        made.build(PATH)
        log("built the tokenizer")
    return made.load(PATH)


def path_of(part: str) -> Path:
    """The tokenizer that a finished part was trained with: a text encoder keeps its own when a later one knows more words."""
    kept = WORK / f"{part}-tokenizer.json"
    return kept if kept.exists() else PATH


@cache
def tokenizer_of(part: str) -> Tokenizer:
    return made.load(path_of(part)) if path_of(part) != PATH else tokenizer()


def keep_tokenizer(part: str) -> None:
    """Keeps the tokenizer beside the part that was trained with it, unless it has one."""
    if path_of(part) == PATH:
        shutil.copyfile(PATH, WORK / f"{part}-tokenizer.json")


def main() -> None:
    tokenizer()
