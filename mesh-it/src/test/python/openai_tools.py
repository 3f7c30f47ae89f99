"""Calls of tools with OpenAI's own client, against a gateway whose model calls them; every check that fails ends with an exception.

Run by ImportedModelIT: `python openai_tools.py http://127.0.0.1:PORT MODEL`. The model is one of noise, so that whatever is a call
is one because it was held to it.
"""

import json
import sys

import openai
from openai import OpenAI

from openai_client import check

LAMP = {"type": "object", "properties": {"on": {"type": "boolean"}, "lamp": {"enum": ["red", "blue"]}}, "required": ["on", "lamp"],
        "additionalProperties": False}
TURN = {"name": "turn", "description": "Turns a lamp on or off.", "parameters": LAMP, "strict": True}
NOW = {"name": "now", "description": "What time it is.", "parameters": {"type": "object", "properties": {}}}
TOOLS = [{"type": "function", "function": TURN}, {"type": "function", "function": NOW}]
ASK = [{"role": "user", "content": "Turn the red lamp on."}]


def check_call(name: str, arguments: str, what: str) -> None:
    given = json.loads(arguments)
    right = given == {} if name == "now" else name == "turn" and isinstance(given["on"], bool) and given["lamp"] in ("red", "blue")
    check(right, f"{what}: {name}({arguments})")


def chat(client: OpenAI, model: str) -> None:
    for seed in range(4):
        # One call at a time, as noise has no reason to stop calling.
        asked = {"model": model, "messages": ASK, "tools": TOOLS, "seed": seed, "temperature": 1, "parallel_tool_calls": False}
        answer = client.chat.completions.create(**asked, tool_choice="required").choices[0]
        check(answer.finish_reason == "tool_calls" and answer.message.content is None, "what is required is called")
        for call in answer.message.tool_calls:
            check_call(call.function.name, call.function.arguments, "a call")
        named = client.chat.completions.create(**asked, tool_choice={"type": "function", "function": {"name": "turn"}}).choices[0]
        check([call.function.name for call in named.message.tool_calls] == ["turn"], "the function that is named is called, once")
        with client.chat.completions.stream(**asked, tool_choice="required") as stream:
            for event in stream:
                if event.type == "tool_calls.function.arguments.done":
                    check_call(event.name, event.arguments, "a call in a stream")
            streamed = stream.get_final_completion().choices[0]
        check(len(streamed.message.tool_calls) == 1, "one call in all where there shall be one")
        again = client.chat.completions.create(**asked | {"messages": [*ASK, answer.message, *[
            {"role": "tool", "tool_call_id": call.id, "content": "done"} for call in answer.message.tool_calls]], "max_tokens": 8})
        check(again.usage.prompt_tokens > 20, "calls and what they brought go back as they came")
    free = client.chat.completions.create(model=model, messages=ASK, tools=TOOLS, seed=1, max_tokens=8)
    check(free.choices[0].finish_reason in ("stop", "length", "tool_calls"), "or it answers")
    none = client.chat.completions.create(model=model, messages=ASK, tools=TOOLS, tool_choice="none", seed=1, max_tokens=8)
    check(none.choices[0].message.tool_calls is None, "none is none")


def response(client: OpenAI, model: str) -> None:
    tools = [{"type": "function", **TURN}, {"type": "function", **NOW, "strict": False}]
    asked = {"model": model, "input": "Turn the red lamp on.", "tools": tools, "tool_choice": "required", "temperature": 1,
             "parallel_tool_calls": False, "extra_body": {"seed": 5}}
    answer = client.responses.create(**asked)
    check([item.type for item in answer.output] and all(item.type == "function_call" for item in answer.output), "a response's items are calls")
    for item in answer.output:
        check_call(item.name, item.arguments, "an item")
    with client.responses.stream(**asked) as stream:
        for event in stream:
            pass
        final = stream.get_final_response()
    check([(item.name, item.arguments) for item in final.output] == [(item.name, item.arguments) for item in answer.output],
          "its stream brings the same with the same seed")
    again = client.responses.create(model=model, max_output_tokens=8, tools=tools, input=[
        {"role": "user", "content": "Turn the red lamp on."}, *[item.model_dump() for item in answer.output],
        *[{"type": "function_call_output", "call_id": item.call_id, "output": "done"} for item in answer.output]])
    check(again.status in ("completed", "incomplete"), "items go back as they came")


def refusals(client: OpenAI, model: str) -> None:
    pattern = {"name": "f", "strict": True, "parameters": {**LAMP, "properties": {"on": {"type": "string", "pattern": "a"}}, "required": []}}
    for what, fields, param in (
            ("a function that is not offered", {"tool_choice": {"type": "function", "function": {"name": "h"}}}, "tool_choice"),
            ("parameters that can't be enforced", {"tools": [{"type": "function", "function": pattern}]},
             "tools[0].function.parameters.properties.on.pattern"),
            ("two of a name", {"tools": [TOOLS[0], TOOLS[0]]}, "tools[1].function.name")):
        try:
            client.chat.completions.create(**{"model": model, "messages": ASK, "tools": TOOLS, "max_tokens": 4} | fields)
            raise AssertionError(f"{what} was let through")
        except openai.BadRequestError as error:
            check(error.param == param, f"{what}: {error.message}")


def form(client: OpenAI, model: str) -> None:
    answer = client.chat.completions.create(model=model, messages=ASK, seed=3, response_format={
        "type": "json_schema", "json_schema": {"name": "lamp", "schema": LAMP, "strict": True}})
    check_call("turn", answer.choices[0].message.content, "an imported model's answer has the form that was asked for")


if __name__ == "__main__":
    with OpenAI(base_url=sys.argv[1] + "/v1", api_key="unused", max_retries=0, timeout=120) as openai_client:
        for talk in (chat, response, refusals, form):
            talk(openai_client, sys.argv[2])
