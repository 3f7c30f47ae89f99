# SPDX-License-Identifier: Apache-2.0
"""Writes what transformers answers, greedily and in fp32 on the CPU, into an export's check.json.

    models/zoo/reference CHECKPOINT EXPORT [--prompts 100] [--tokens 16] [--margin 0]

CHECKPOINT is a folder of transformers or a GGUF file. "margin" of a sample is the smallest gap between the best logit and
the second: where it is of the size of rounding, another runtime may rightly say another word. With --margin, prompts whose
gap is smaller than that share of the logits' spread (their standard deviation) are passed over.
"""
from __future__ import annotations

import json
import tempfile
from pathlib import Path

import torch
import transformers
from jinja2 import TemplateError
from torch import Tensor
from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig, PreTrainedModel, PreTrainedTokenizerBase

from .checkpoint import opened
from .export import arguments
from .prompts import Message, conversations
from .running import told

TINY = 10_000_000
MOST_ASKED = 40  # prompts that are tried for each one that is wanted


def write_check(checkpoint: Path, export: Path, prompts: int = 100, tokens: int = 16, margin: float = 0) -> None:
    tokenizer = AutoTokenizer.from_pretrained(checkpoint)
    model = AutoModelForCausalLM.from_pretrained(checkpoint, dtype=torch.float32).eval()
    if model.num_parameters() < TINY:
        torch.set_num_threads(1)  # a second thread costs more than it does, twenty times as much where others want the processor too
    ends = _greedy(model)
    samples, passed, refused = [], 0, 0
    for tried, messages in enumerate(conversations()):
        if len(samples) == prompts or tried == prompts * MOST_ASKED:
            break
        try:
            text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
        except TemplateError:  # Gemma 2, say, takes no system text
            refused += 1
            continue
        sample, gap = answer(model, tokenizer, messages, tokens, ends)
        if gap < margin:
            passed += 1
            continue
        samples.append({"messages": messages, "prompt": text} | sample)
    said = json.dumps({"reference": f"transformers {transformers.__version__}", "samples": samples}, ensure_ascii=False, indent=1)
    (export / "check.json").write_text(said + "\n")
    print(f"{export / 'check.json'}: {len(samples)} samples, {sum(s['finish'] == 'stop' for s in samples)} ended by themselves, "
          f"smallest margin {min(s['margin'] for s in samples):.2g}; {refused} refused by the template, {passed} near-ties passed over")


def _greedy(model: PreTrainedModel) -> set[int]:
    """Temperature 0 with the ends and the repetition penalty that the model says; the rest of what it says is for sampling."""
    own = model.generation_config
    ends = {own.eos_token_id} if isinstance(own.eos_token_id, int) else set(own.eos_token_id or ())
    model.generation_config = GenerationConfig(
        do_sample=False, repetition_penalty=own.repetition_penalty, eos_token_id=sorted(ends) or None, pad_token_id=own.pad_token_id or 0,
        return_dict_in_generate=True, output_logits=True, output_scores=True)
    return ends


@torch.no_grad()
def answer(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, messages: list[Message], tokens: int,
           ends: set[int]) -> tuple[dict, float]:
    """What the model says, as check.json keeps it, and the smallest gap in units of the logits' spread."""
    ids = tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_tensors="pt", return_dict=True)["input_ids"]
    made = model.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=tokens)
    said = made.sequences[0, ids.shape[1]:].tolist()
    logits: Tensor = torch.cat(made.logits).float()
    scores: Tensor = torch.cat(made.scores).float()  # what a penalty left of the logits
    assert said == scores.argmax(-1).tolist(), "a token was chosen that is not the likeliest"
    two = scores.topk(2).values
    gaps = two[:, 0] - two[:, 1]
    logprobs = logits.log_softmax(-1).gather(1, torch.tensor(said)[:, None])[:, 0]
    stopped = said[-1] in ends
    kept = said[:-1] if stopped else said
    sample = {"prompt_tokens": ids[0].tolist(), "tokens": kept, "text": tokenizer.decode(kept, skip_special_tokens=True),
              "finish": "stop" if stopped else "length", "logprobs": [round(v, 6) for v in logprobs[:len(kept)].tolist()],
              "margin": round(float(gaps.min()), 6)}
    return sample, float((gaps / logits.std(-1)).min())


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("export", type=Path)
    parser.add_argument("--prompts", type=int, default=100)
    parser.add_argument("--tokens", type=int, default=16)
    parser.add_argument("--margin", type=float, default=0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="zoo-") as work:
        write_check(opened(asked.checkpoint, Path(work)), asked.export, asked.prompts, asked.tokens, asked.margin)


if __name__ == "__main__":
    told(main)
