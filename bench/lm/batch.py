# SPDX-License-Identifier: Apache-2.0
"""Several answers at once by llama.cpp in one llama_batch, greedily and without a server. Run by `bench/run lm`: batch.py GGUF THREADS

Reads lines of JSON, {"questions": [...], "tokens": 64}, and answers each with one: how many tokens were written in how many seconds,
and the texts.
"""
from __future__ import annotations

import json
import sys
import time

import llama_cpp as lib
from llama_cpp.llama_chat_format import Jinja2ChatFormatter

STREAMS, LONGEST, AT_ONCE = 8, 512, 512


class Decoder:
    def __init__(self, file: str, threads: int):
        self.llama = lib.Llama(file, n_ctx=64, n_threads=threads, verbose=False)  # words and template; its own context is idle
        self.model = self.llama.model
        self.vocabulary = lib.llama_model_get_vocab(self.model)
        params = lib.llama_context_default_params()
        params.n_ctx, params.n_batch, params.n_ubatch, params.n_seq_max = STREAMS * LONGEST, AT_ONCE, AT_ONCE, STREAMS
        params.n_threads = params.n_threads_batch = threads
        params.kv_unified = False  # each has its own, as prompts differ
        self.context = lib.llama_init_from_model(self.model, params)
        self.batch = lib.llama_batch_init(AT_ONCE, 0, 1)
        self.sampler = lib.llama_sampler_init_greedy()
        said = self.llama.metadata
        self.template = Jinja2ChatFormatter(said["tokenizer.chat_template"], eos_token="<|im_end|>", bos_token="<|im_start|>")

    def prompt(self, question: str) -> list[int]:
        text = self.template(messages=[{"role": "user", "content": question}]).prompt
        return self.llama.tokenize(text.encode(), add_bos=False, special=True)

    def answers(self, questions: list[str], tokens: int) -> list[list[int]]:
        lib.llama_memory_clear(lib.llama_get_memory(self.context), True)
        fed, written = [self.prompt(question) for question in questions], [[] for _ in questions]
        lengths, going = [0] * len(questions), list(range(len(questions)))
        while going:
            last = self.feed([(row, fed[row], lengths[row]) for row in going])
            for row, at in zip(list(going), last):
                lengths[row] += len(fed[row])
                token = lib.llama_sampler_sample(self.sampler, self.context, at)
                if lib.llama_vocab_is_eog(self.vocabulary, token):
                    going.remove(row)
                    continue
                written[row].append(token)
                fed[row] = [token]
                if len(written[row]) == tokens:
                    going.remove(row)
        return written

    def feed(self, rows: list[tuple[int, list[int], int]]) -> list[int]:
        """One llama_decode over all; where in the batch the last token of each is."""
        batch, n, last = self.batch, 0, []
        for row, tokens, length in rows:
            for i, token in enumerate(tokens):
                batch.token[n], batch.pos[n], batch.n_seq_id[n], batch.logits[n] = token, length + i, 1, i == len(tokens) - 1
                batch.seq_id[n][0] = row
                n += 1
            last.append(n - 1)
        batch.n_tokens = n
        if lib.llama_decode(self.context, batch) != 0:
            raise RuntimeError("llama_decode failed")
        return last


def main() -> None:
    decoder = Decoder(sys.argv[1], int(sys.argv[2]))
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        begun = time.perf_counter()
        written = decoder.answers(asked["questions"], asked["tokens"])
        seconds = time.perf_counter() - begun
        texts = [decoder.llama.detokenize(tokens).decode(errors="replace") for tokens in written]
        print(json.dumps({"tokens": sum(map(len, written)), "seconds": seconds, "texts": texts}), flush=True)


if __name__ == "__main__":
    main()
