#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Renders the chat templates of a folder as transformers does, and writes what came out beside them.

Run with transformers 5.23 and jinja2 3.1.6:
    python make_chat_templates.py ../resources/chat-templates

golden.json: {"reference": ..., "variables": {...}, "rendered": {template: {case: {"text": ...} | {"raised": ...} | {"fault": ...}}}}
golden-expressions.json: the same for the small templates of expressions.json, each with VALUES.
"raised" is what the template itself refused with raise_exception, "fault" the class of any other error.
The clock stands still: strftime_now tells 2026-02-09 08:05:03 everywhere.
"""

import datetime
import json
import sys
from pathlib import Path

import jinja2
import transformers
from transformers.utils import chat_template_utils

VARIABLES = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}

VALUES = {
    "d": {"a": 1, "b": {"c": [1, 2]}},
    "ms": [{"role": "system", "content": "s"}, {"role": "user", "content": "u", "x": 1}],
    "tree": [{"n": 1, "c": [{"n": 2, "c": [{"n": 3}]}, {"n": 4}]}, {"n": 5}],
}


class Clock(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls(2026, 2, 9, 8, 5, 3)


def render(source, case, variables):
    try:
        texts, _ = chat_template_utils.render_jinja_template(
            [case["messages"]], tools=case.get("tools"), chat_template=source,
            add_generation_prompt=case.get("add_generation_prompt", True), **variables)
        return {"text": texts[0]}
    except jinja2.exceptions.TemplateError as e:
        if type(e) is jinja2.exceptions.TemplateError:
            return {"raised": e.message}
        return {"fault": type(e).__name__}
    except Exception as e:  # Python's own, such as a None that is added to a text
        return {"fault": type(e).__name__}


def main():
    folder = Path(sys.argv[1])
    cases = json.loads((folder / "cases.json").read_text())
    chat_template_utils.datetime = Clock
    rendered = {
        path.stem: {name: render(path.read_text(), case, VARIABLES) for name, case in cases.items()}
        for path in sorted(folder.glob("*.jinja"))
    }
    golden = {"reference": f"transformers {transformers.__version__}, jinja2 {jinja2.__version__}",
              "variables": VARIABLES, "rendered": rendered}
    (folder / "golden.json").write_text(json.dumps(golden, indent=1, ensure_ascii=False) + "\n")
    expressions = folder / "expressions.json"
    if expressions.exists():
        small = [{"template": source, **render(source, {"messages": []}, VALUES)}
                 for source in json.loads(expressions.read_text())]
        golden = {"values": VALUES, "rendered": small}
        (folder / "golden-expressions.json").write_text(json.dumps(golden, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
