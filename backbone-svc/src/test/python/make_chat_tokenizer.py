#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes a small tokenizer with merges across words' ends and lines, and what it makes of rendered chat templates.

Run with transformers 5.23 after make_chat_templates.py:
    python make_chat_tokenizer.py ../resources/chat-templates

tokenizer.json: byte-level BPE with Qwen's pattern and turn marks, and <think> as an added token that is not special.
golden-ids.json: {template: {case: [the ids of golden.json's text, nothing added]}} for templates with such marks.
"""

import json
import sys
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

TEMPLATES = ["Qwen2.5-7B-Instruct", "Qwen3-0.6B", "QwQ-32B", "SmolLM2", "chatml"]
PATTERN = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
           r"|\s+(?!\S)|\s+")


def main():
    folder = Path(sys.argv[1])
    golden = json.loads((folder / "golden.json").read_text())["rendered"]
    texts = {name: {case: result["text"] for case, result in golden[name].items() if "text" in result}
             for name in TEMPLATES}
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(PATTERN), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(
        (text for cases in texts.values() for text in cases.values()),
        trainers.BpeTrainer(vocab_size=700, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    tokenizer.add_special_tokens(["<|endoftext|>", "<|im_start|>", "<|im_end|>"])
    tokenizer.add_tokens([AddedToken("<think>", normalized=False), AddedToken("</think>", normalized=False)])
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    ids = {name: {case: tokenizer.encode(text, add_special_tokens=False).ids for case, text in cases.items()}
           for name, cases in texts.items()}
    (folder / "golden-ids.json").write_text(json.dumps(ids) + "\n")


if __name__ == "__main__":
    main()
