"""Builds the tokenizer that every text of the family goes through."""
from __future__ import annotations

from functools import cache

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


def main() -> None:
    tokenizer()
