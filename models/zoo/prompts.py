# SPDX-License-Identifier: Apache-2.0
"""Conversations of many kinds to ask a language model, the same ones at every call: no two are alike."""
from __future__ import annotations

import random
from collections.abc import Iterator

Message = dict[str, str]

SHORT = ["Hi", "What is the capital of {place}?", "Name three {things}.", "Is {number} a prime number?", "{number} + {other} =", "Why?",
         "Write one sentence about {things}.", "Translate 'good morning' into {tongue}.", "How many {things} fit into a room?",
         "Finish this: once upon a time in {place}", "Give me a synonym of '{word}'.", "{word}"]
PLACES = ["France", "Japan", "Kenya", "Peru", "Iceland", "Vietnam", "Portugal", "Canada", "Ghana", "Nepal"]
THINGS = ["bells", "drums", "sirens", "clocks", "cats", "stars", "violins", "lighthouses", "mountains", "teapots"]
TONGUES = ["German", "Swahili", "Hindi", "Finnish", "Korean", "Arabic", "Greek"]
WORDS = ["bright", "quick", "ancient", "silent", "heavy", "antidisestablishmentarianism", "co-operate", "naïve", "I'd've", "ALL CAPS"]
SENTENCES = [
    "The lighthouse keeper wrote down the weather every hour.", "Nobody had wound the clock since the spring.",
    "A drum is loud because its skin moves much air.", "The train was late, and so was the rain.", "Bells are cast from bronze, mostly.",
    "She counted 1,024 stars before the clouds came.", "In the harbour the ships turned with the tide.",
    "It cost $3.50 in 1998; now it costs twice that.", "The cat slept on the warm engine of the car.",
    "Every evening, at a quarter past nine, the siren was tested."]
FOREIGN = ["Wie spät ist es in {place}?", "¿Dónde está la biblioteca? ¡Rápido!", "東京の天気はどうですか。{number}度？", "Привет, как дела? ({number})",
           "كم عدد {number} ؟", "Combien coûte un café à {place} ?", "नमस्ते, {place}!", "안녕하세요 {number}", "Ça va, naïve Zoë? œuvre №{number}",
           "🎺🐈‍⬛ {number} 🎉 what is this?", "e\u0301 or é: {word}?", "Zażółć gęślą jaźń {number}", "tab\tand no-break\u00a0space, {word}"]
CODE = ["def add(a, b):\n    return a + b  # {number}\n", "for (int i = 0; i < {number}; i++) {{\n\tsum += i;\n}}\n",
        "SELECT name FROM {things} WHERE size > {number};", '{{"place": "{place}", "ids": [{number}, {other}]}}',
        "```python\nprint('{word}' * {number})\n```\nWhat does it print?", "<p class=\"{word}\">{number} &amp; {other}</p>",
        "git log --oneline -n {number} | grep -v '{word}'", "x = {number}\n\n\n\nif x > {other}:\n        pass"]
LINES = ["\n\n{word}\n\n\n{place}\n", "  two spaces before, {word}, two after  ", "1. {word}\n2. {place}\n3. {things}", "{word}\r\n{place}", "a\n\nb\n {number}"]
SYSTEM = ["You are a helpful assistant.", "Answer in one word.", "You are a pirate.\nYou never say so.", "Speak like the people of {place}.",
          "  Be kind.  "]
REPLIES = ["Yes.", "It is {number}.", "I don't know about {things}.", "Of course! Here it is:\n- {word}\n- {place}", "Paris… or {place}."]


def conversations(seed: int = 18) -> Iterator[list[Message]]:
    """Endlessly, different ones; most are one message, a third have several turns or a system text."""
    chance = random.Random(seed)

    def fill(texts: list[str]) -> str:
        return chance.choice(texts).format(place=chance.choice(PLACES), things=chance.choice(THINGS), tongue=chance.choice(TONGUES),
                                           word=chance.choice(WORDS), number=chance.randrange(1000), other=chance.randrange(1000))

    def long() -> str:
        return " ".join(chance.choice(SENTENCES) for _ in range(chance.randrange(3, 12))) + " " + fill(SHORT)

    def several() -> list[Message]:
        turns = []
        for _ in range(chance.randrange(1, 4)):
            turns += [_says("user", fill(chance.choice((SHORT, FOREIGN, CODE)))), _says("assistant", fill(REPLIES))]
        return [*turns, _says("user", fill(SHORT))]

    kinds = [lambda: [_says("user", fill(SHORT))], lambda: [_says("user", fill(FOREIGN))], lambda: [_says("user", fill(CODE))],
             lambda: [_says("user", fill(LINES))], lambda: [_says("user", long())], several,
             lambda: [_says("system", fill(SYSTEM)), _says("user", fill(SHORT))], lambda: [_says("system", fill(SYSTEM)), *several()]]
    told = set()
    while True:
        for kind in kinds:
            made = kind()
            if str(made) not in told:
                told.add(str(made))
                yield made


def _says(role: str, content: str) -> Message:
    return {"role": role, "content": content}
