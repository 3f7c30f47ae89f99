"""What OpenAI's own client makes of a gateway that is full, and of a stream that breaks; every check that fails ends with an exception.

Run by OpenAiClientIT: `python openai_trouble.py full http://127.0.0.1:PORT`, of a gateway that serves one request at a time, and by
ProcessModeIT: `python openai_trouble.py broken http://127.0.0.1:PORT PID`, of the only process that makes films.
"""

import os
import signal
import sys
from collections.abc import Iterator

import openai
from openai import OpenAI
from openai_client import check

FILM = [{"role": "user", "content": "film a red bell flying left"}]


def film(client: OpenAI, **options: object) -> Iterator[dict]:
    """The events of the parts of an answer that is a film."""
    with client.chat.completions.create(model="toyworld", messages=FILM, temperature=0, stream=True, **options) as stream:
        for chunk in stream:
            for choice in chunk.choices:
                yield from getattr(choice.delta, "parts", None) or []


def full(url: str) -> None:
    client = OpenAI(base_url=url + "/v1", api_key="unused", max_retries=0)
    events = film(client)
    next(events)
    try:
        client.images.generate(model="toyworld", prompt="a red bell")
        check(False, "a gateway that is full refuses")
    except openai.RateLimitError as refusal:
        check(refusal.code == "overloaded", f"a gateway that is full says so: {refusal}")
        check(int(refusal.response.headers["retry-after-ms"]) > 0, "and when to come again")
    # As often as it takes: how long a film takes depends on the machine.
    answer = client.with_options(max_retries=1000).images.with_raw_response.generate(model="toyworld", prompt="a red bell")
    check(answer.retries_taken > 0, f"a client that may try again does so by itself, {answer.retries_taken} times")
    check(bool(answer.parse().data[0].b64_json), "until it has what it asked for")
    check([event["event"] for event in events][-1] == "done", "and who was there first has its film")


def broken(url: str, pid: int) -> None:
    client = OpenAI(base_url=url + "/v1", api_key="unused", max_retries=0)
    seen = []
    try:
        # One that is killed is replaced, and makes the film again: what stops is waited for, for as long as the client has.
        for event in film(client, extra_headers={"x-request-timeout-ms": "20000"}):
            seen.append(event["event"])
            if event["event"] == "progress" and seen.count("progress") == 1:
                os.kill(pid, signal.SIGSTOP)
        check(False, f"a stream that breaks does not end as if it were whole: {seen}")
    except openai.APIError as failure:
        check("progress" in seen and "done" not in seen, f"the film had begun: {seen}")
        check(failure.code in ("deadline_exceeded", "stage_unavailable"), f"the client is told that it breaks, and why: {failure.body}")


if __name__ == "__main__":
    if sys.argv[1] == "full":
        full(sys.argv[2])
    else:
        broken(sys.argv[2], int(sys.argv[3]))
