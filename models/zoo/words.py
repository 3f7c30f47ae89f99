# SPDX-License-Identifier: Apache-2.0
"""Small tokenizers of the kinds that language models have, trained on texts of pinned packages, so always the same."""
from __future__ import annotations

import functools
import itertools
import json
from pathlib import Path

import networkx
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import GemmaTokenizer, GPT2Tokenizer, LlamaTokenizer, PreTrainedTokenizerBase, PreTrainedTokenizerFast, Qwen2Tokenizer

from .prompts import conversations

SIZE, LETTERS = 500, 90
LLAMA3_PIECES = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
BYTES = [f"<0x{byte:02X}>" for byte in range(256)]


@functools.cache
def texts() -> list[str]:
    """English with code, and a little of other scripts: lines of networkx's sources, and conversations."""
    sources = sorted(Path(networkx.__file__).parent.glob("algorithms/*.py"))[:40]
    said = [m["content"] for talk in itertools.islice(conversations(seed=1), 300) for m in talk]
    return [file.read_text() for file in sources] + said * 5


def _byte_level(pieces: pre_tokenizers.PreTokenizer | None) -> tuple[dict[str, int], list[tuple[str, str]]]:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pieces or pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.train_from_iterator(texts(), trainers.BpeTrainer(
        vocab_size=SIZE, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    return _learned(tokenizer)


def _sentence_pieces(special: list[str]) -> tuple[dict[str, int], list[tuple[str, str]]]:
    """SentencePiece's order: special tokens, all bytes (what has no piece is spelled with them), pieces as they were merged."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.train_from_iterator(texts(), trainers.BpeTrainer(vocab_size=SIZE - 256, limit_alphabet=LETTERS, show_progress=False))
    vocabulary, merges = _learned(tokenizer)
    ordered = dict.fromkeys([*special, *BYTES, *sorted(vocabulary, key=vocabulary.__getitem__)])
    return {piece: i for i, piece in enumerate(ordered)}, merges


def _learned(tokenizer: Tokenizer) -> tuple[dict[str, int], list[tuple[str, str]]]:
    model = json.loads(tokenizer.to_str())["model"]
    return model["vocab"], [tuple(merge) for merge in model["merges"]]


def gpt2() -> PreTrainedTokenizerBase:
    vocabulary, merges = _byte_level(None)
    end = "<|endoftext|>"
    vocabulary[end] = len(vocabulary)
    return GPT2Tokenizer(vocab=vocabulary, merges=merges, bos_token=end, eos_token=end, unk_token=end, model_max_length=1024)


def opt() -> PreTrainedTokenizerBase:
    """GPT-2's pieces after four special tokens, and </s> at the beginning of every text that is no chat."""
    learned, merges = _byte_level(None)
    vocabulary = {word: i for i, word in enumerate(["<s>", "<pad>", "</s>", "<unk>", *sorted(learned, key=learned.__getitem__)])}
    return GPT2Tokenizer(vocab=vocabulary, merges=merges, bos_token="</s>", eos_token="</s>", unk_token="</s>", pad_token="<pad>",
                         add_bos_token=True, model_max_length=2048)


def llama3() -> PreTrainedTokenizerBase:
    pieces = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(LLAMA3_PIECES), "isolated"),
                                      pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    vocabulary, merges = _byte_level(pieces)
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges, ignore_merges=True))
    tokenizer.pre_tokenizer, tokenizer.decoder = pieces, decoders.ByteLevel()
    begin, end, turn = "<|begin_of_text|>", "<|end_of_text|>", "<|eot_id|>"
    tokenizer.add_special_tokens([begin, end, "<|start_header_id|>", "<|end_header_id|>", turn])
    tokenizer.post_processor = processors.Sequence([processors.ByteLevel(trim_offsets=False), processors.TemplateProcessing(
        f"{begin} $A", f"{begin} $A {begin} $B", [(begin, tokenizer.token_to_id(begin))])])
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token=begin, eos_token=turn, model_max_length=2048)


def chatml(begin: str | None = None) -> PreTrainedTokenizerBase:
    """Qwen's: NFC, its own splitting, <|im_start|> and <|im_end|>. With `begin`, the token before every text."""
    plain = Qwen2Tokenizer()
    vocabulary, merges = _byte_level(plain.backend_tokenizer.pre_tokenizer)
    marks = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    made = Qwen2Tokenizer(vocab=vocabulary | {m: len(vocabulary) + i for i, m in enumerate(marks)}, merges=merges, unk_token=None,
                          eos_token="<|im_end|>", pad_token="<|endoftext|>", bos_token=begin, model_max_length=2048)
    made.add_special_tokens({"additional_special_tokens": ["<|im_start|>"]})
    # Qwen's thinking marks are tokens that are no special ones: they stay in what is decoded.
    made.add_tokens([AddedToken(mark, normalized=False, special=False) for mark in ("<think>", "</think>", "<tool_call>", "</tool_call>")])
    return made


def mistral() -> PreTrainedTokenizerBase:
    """Llama 2's and Mistral's as their tokenizer.json has it: a normalizer that puts "▁" before each text and for each space."""
    vocabulary, merges = _sentence_pieces(["<unk>", "<s>", "</s>"])
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    tokenizer.add_special_tokens(["<unk>", "<s>", "</s>"])
    tokenizer.post_processor = processors.TemplateProcessing("<s> $A", "<s> $A <s> $B", [("<s>", vocabulary["<s>"])])
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", unk_token="<unk>", model_max_length=2048)


def phi3() -> PreTrainedTokenizerBase:
    """Llama's with Metaspace; marks of a chat swallow the white space behind them."""
    vocabulary, merges = _sentence_pieces(["<unk>", "<s>", "</s>"])
    made = LlamaTokenizer(vocab=vocabulary, merges=merges, pad_token="<|endoftext|>", eos_token="<|endoftext|>", model_max_length=2048)
    marks = [AddedToken(m, rstrip=True, normalized=False, special=True) for m in ("<|assistant|>", "<|system|>", "<|end|>", "<|user|>")]
    made.add_special_tokens({"additional_special_tokens": marks})
    return made


def gemma() -> PreTrainedTokenizerBase:
    vocabulary, merges = _sentence_pieces(["<pad>", "<eos>", "<bos>", "<unk>", "<mask>", "<start_of_turn>", "<end_of_turn>"])
    made = GemmaTokenizer(vocab=vocabulary, merges=merges, model_max_length=2048)
    made.add_special_tokens({"additional_special_tokens": ["<start_of_turn>", "<end_of_turn>"]})
    return made


def unigram() -> PreTrainedTokenizerBase:
    """SentencePiece's Unigram with byte fallback, T5's and XLM-R's kind, with marks of a chat."""
    marks = ["<unk>", "<s>", "</s>", "<|user|>", "<|assistant|>", "<|system|>"]
    trained = Tokenizer(models.Unigram())
    trained.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    trained.pre_tokenizer = pre_tokenizers.Metaspace()
    trained.train_from_iterator(texts(), trainers.UnigramTrainer(vocab_size=SIZE - 256, show_progress=False, unk_token="<unk>"))
    learned = json.loads(trained.to_str())["model"]["vocab"]
    # What is rare, from U+2600 on (CJK, emoji), is left to the bytes.
    pieces = [(piece, score) for piece, score in learned if piece not in marks and ord(piece[0]) < 0x2600]
    tokenizer = Tokenizer(models.Unigram([(m, 0.0) for m in marks] + [(b, 0.0) for b in BYTES] + pieces, unk_id=0, byte_fallback=True))
    tokenizer.normalizer, tokenizer.pre_tokenizer = trained.normalizer, trained.pre_tokenizer
    tokenizer.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Metaspace(), decoders.Fuse()])
    tokenizer.add_special_tokens(marks)
    tokenizer.post_processor = processors.TemplateProcessing("<s> $A", "<s> $A $B", [("<s>", 1)])
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", unk_token="<unk>", model_max_length=2048)
