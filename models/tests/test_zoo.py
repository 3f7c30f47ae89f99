# SPDX-License-Identifier: Apache-2.0
"""What of the zoo needs none of its environment: its conversations, and what it refuses."""
import hashlib
import itertools
import json
import sys

import pytest
from conftest import MODELS

sys.path.insert(0, str(MODELS))
from zoo.checkpoint import Refused, opened  # noqa: E402
from zoo.prompts import conversations  # noqa: E402

# Every check.json that was ever written holds them: another list makes the zoo's answers incomparable with older ones.
FIRST_HUNDRED = "e2d9cd37ddeaa844f80659506a6725cf128cd15a9b7cd177061061475584639c"


def first(n):
    return list(itertools.islice(conversations(), n))


def test_the_conversations_are_the_same_at_every_call_and_on_every_machine():
    said = json.dumps(first(100), ensure_ascii=False)
    assert hashlib.sha256(said.encode()).hexdigest() == FIRST_HUNDRED
    assert first(100) == first(100)


def test_no_conversation_comes_twice():
    assert len({json.dumps(talk) for talk in first(1000)}) == 1000


def test_a_hundred_conversations_are_of_every_kind():
    talks = first(100)
    texts = [message["content"] for talk in talks for message in talk]
    assert {message["role"] for talk in talks for message in talk} == {"system", "user", "assistant"}
    assert max(map(len, talks)) >= 5 and min(map(len, talks)) == 1
    assert max(map(len, texts)) > 400 and min(map(len, texts)) <= 4
    for sign in ("\n\n", "\t", "東京", "🎺", "```", "\r\n"):
        assert any(sign in text for text in texts), sign
    assert all(talk[-1]["role"] == "user" for talk in talks)


def test_what_is_no_checkpoint_is_refused_in_one_line(tmp_path):
    with pytest.raises(Refused, match="nowhere: no such file or folder$"):
        opened(tmp_path / "nowhere", tmp_path)
    with pytest.raises(Refused, match="has no config.json"):
        opened(tmp_path, tmp_path)
