# SPDX-License-Identifier: Apache-2.0
"""Makes src/test/resources/imports/tokenizers: folders with the vocabularies of tiny tokenizers of many kinds as exports leave
them, without a tokenizer.json, and beside each what transformers makes of texts with it (golden.json).

    python make_tokenizer_exports.py OUTPUT_FOLDER      (transformers 5.24, tokenizers 0.23, sentencepiece 0.2)
"""
import json
import sys
from pathlib import Path

import sentencepiece
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers
from transformers import AutoTokenizer

CORPUS = ["a red bell at the top left by day", "a large blue drum at the bottom right by night", "the cat, the dog's ball!",
          "Ça va? Naïve café über Straße", "1234567890 + 42 = 3.14", "def f(x):\n    return x  # blanks", "東京は夜 한국어 привет мир",
          "The capital of France is Paris.", "<b>bold</b> & more", "she said \"we're here\", I'd say"] * 4
TEXTS = ["", " ", "  ", "a", " a", "a ", "  a  b   c  ", "the red bell", "The Red Bell", "The capital of France is Paris.", "the cat's, the dog's ball!!",
         "I'd we're they'll IT'S", "1234567890", "3.14159 + 42", "a\nb", "a\n\n\nb\n", "\n", "\t\ttabs\t", "def f(x):\n    return x\n",
         "Ça va? Naïve café", "cafe\u0301 u\u0308ber", "ÀÉÎÕÜ straße", "東京は夜", "한국어 조합", "\u1112\u1161\u11ab", "привет, мир!", "مرحبا",
         "👩‍🚀🚀 emoji 😀", "\U0001F600\U0001F601", "ﬁne ﬂow ①②③", "Ａｂｃ　全角", "\u00a0nbsp\u00a0", "zero\u200bwidth", "soft\u00adhyphen", "\u2581meta\u2581 \u2581",
         "▁", "▁▁a", "a\u0000b", "\ufffd", "<s>", "</s>", "<s>hello</s>", "a <s> b", "<|endoftext|>", "hi<|endoftext|>there", " <|endoftext|> ",
         "<pad><unk>", "[CLS] a [SEP]", "[MASK]", "<|im_start|>user\nhi<|im_end|>\n", "a<|im_end|> b", "<tool> x <tool>", "x<tool>y", "<sep>", "a<sep>b <sep> c", "<extra_id_0> and <extra_id_7>",
         "<0x0A>", "``quoted''", "well...", "http://example.com/a?b=c&d=e", "CamelCaseWords snake_case_words", "x" * 60, " " * 30 + "end", "a,b;c:d", "İstanbul ŞIK", "½ ² ℌ", "e\u0301\u0301"]
MARKS = {"<|im_start|>": True, "<|im_end|>": True, "<tool>": False}


def token(content, special=True, **more):
    return {"__type": "AddedToken", "content": content, "lstrip": False, "normalized": False, "rstrip": False, "single_word": False, "special": special} | more


def put(folder, name, value):
    folder.mkdir(parents=True, exist_ok=True)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1)
    (folder / name).write_text(text, encoding="utf-8")


def bpe(folder, specials, suffix="", normalizer=None, cls=None, **config):
    """vocab.json and merges.txt of bytes."""
    made = Tokenizer(models.BPE(end_of_word_suffix=suffix))
    made.normalizer = normalizer
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=600 if suffix else 400, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), special_tokens=specials,
                                                         end_of_word_suffix=suffix, show_progress=False))
    folder.mkdir(parents=True, exist_ok=True)
    made.model.save(str(folder))
    put(folder, "tokenizer_config.json", {"tokenizer_class": cls} | config)


def wordpiece(folder, lower, **config):
    made = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer(lowercase=lower, strip_accents=config.get("strip_accents"))
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.train_from_iterator(CORPUS, trainers.WordPieceTrainer(vocab_size=250, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], show_progress=False))
    folder.mkdir(parents=True, exist_ok=True)
    made.model.save(str(folder))
    put(folder, "tokenizer_config.json", {"tokenizer_class": "BertTokenizer", "do_lower_case": lower} | config)


RULES = {"Ａ": "A", "ｂ": "b", "ｃ": "c", "ﬁ": "fi", "①": "1", "e\u0301": "é", "\u00a0": " ", "\u3000": " ", "ℌ": "H", "½": "1/2"}


def spm(folder, kind, config, name="tokenizer.model", rules=True, **options):
    """A SentencePiece file; with a few rules of normalization, as the usual ones are a quarter of a megabyte."""
    folder.mkdir(parents=True, exist_ok=True)
    corpus, tsv = folder / "corpus.txt", folder / "rules.tsv"
    corpus.write_text("\n".join(line.replace("\n", " ") for line in CORPUS), encoding="utf-8")
    tsv.write_text("".join("%s\t%s\n" % (" ".join("%X" % ord(c) for c in a), " ".join("%X" % ord(c) for c in b)) for a, b in RULES.items()))
    if rules:
        options["normalization_rule_tsv"] = str(tsv)
    else:
        options["normalization_rule_name"] = "identity"
    sentencepiece.SentencePieceTrainer.train(input=str(corpus), model_prefix=str(folder / "m"), model_type=kind, hard_vocab_limit=False,
                                             minloglevel=2, num_threads=1, **options)
    (folder / "m.model").rename(folder / name)
    for rest in ("m.vocab", "corpus.txt", "rules.tsv"):
        (folder / rest).unlink()
    put(folder, "tokenizer_config.json", config)


def llama_like(folder, config, **options):
    spm(folder, "bpe", config, rules=False, byte_fallback=True, vocab_size=420, remove_extra_whitespaces=False, split_digits=True,
        allow_whitespace_only_pieces=True, **options)


def make(out):
    gpt2 = {"unk_token": "<|endoftext|>", "bos_token": "<|endoftext|>", "eos_token": "<|endoftext|>"}
    bpe(out / "gpt2", ["<|endoftext|>"], cls="GPT2Tokenizer", **gpt2)
    bpe(out / "gpt2-added", ["<|endoftext|>"], cls="GPT2Tokenizer", add_prefix_space=True, **gpt2)
    size = len(json.loads((out / "gpt2-added/vocab.json").read_text()))
    put(out / "gpt2-added", "added_tokens.json", {text: size + i for i, text in enumerate(MARKS)})
    put(out / "gpt2-added", "special_tokens_map.json", gpt2 | {"additional_special_tokens": ["<|im_start|>", "<|im_end|>"]})
    bpe(out / "opt", ["<s>", "<pad>", "</s>", "<unk>"], cls="GPT2Tokenizer", add_bos_token=True, unk_token=token("</s>", normalized=True),
        bos_token=token("</s>", normalized=True), eos_token=token("</s>", normalized=True), pad_token=token("<pad>", normalized=True))
    bpe(out / "qwen2", [], cls="Qwen2Tokenizer", eos_token="<|im_end|>", pad_token="<|endoftext|>", bos_token=None, unk_token=None)
    size = len(json.loads((out / "qwen2/vocab.json").read_text()))
    config = json.loads((out / "qwen2/tokenizer_config.json").read_text())
    config["added_tokens_decoder"] = {str(size + i): token(text, special) for i, (text, special) in enumerate(({"<|endoftext|>": True} | MARKS).items())}
    put(out / "qwen2", "tokenizer_config.json", config)
    bpe(out / "clip", ["<|startoftext|>", "<|endoftext|>"], "</w>", normalizers.Lowercase(), cls="CLIPTokenizer", unk_token="<|endoftext|>", bos_token="<|startoftext|>",
        eos_token="<|endoftext|>", pad_token="<|endoftext|>")
    wordpiece(out / "bert", True)
    wordpiece(out / "bert-cased", False, strip_accents=True, tokenize_chinese_chars=False)

    marked = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
    llama_like(out / "llama", {"tokenizer_class": "LlamaTokenizer", "add_bos_token": True, "add_eos_token": False, "legacy": True} | marked)
    llama_like(out / "llama-new", {"tokenizer_class": "LlamaTokenizerFast", "add_bos_token": True, "legacy": False,
                                   "added_tokens_decoder": {"0": token("<unk>"), "1": token("<s>"), "2": token("</s>"), "420": token("<|im_start|>"),
                                                            "421": token("<|im_end|>", lstrip=True), "422": token("<tool>", False, rstrip=True)}} | marked)
    gemma = {"bos_token": "<bos>", "eos_token": "<eos>", "unk_token": "<unk>", "pad_token": "<pad>"}
    llama_like(out / "gemma", {"tokenizer_class": "GemmaTokenizer"} | gemma, pad_id=0, eos_id=1, bos_id=2, unk_id=3, pad_piece="<pad>", eos_piece="<eos>",
               bos_piece="<bos>", add_dummy_prefix=False, user_defined_symbols=["<mask>", "<tool>", "\n\n", "▁▁"], control_symbols=["<sep>"])
    spm(out / "t5", "unigram", {"tokenizer_class": "T5Tokenizer", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>", "extra_ids": 10},
        name="spiece.model", vocab_size=200, pad_id=0, eos_id=1, unk_id=2, bos_id=-1)
    spm(out / "unigram", "unigram", {"tokenizer_class": "PreTrainedTokenizerFast"} | marked, vocab_size=420, byte_fallback=True, user_defined_symbols=["<tool>"], control_symbols=["<sep>"])
    spm(out / "bpe", "bpe", {"tokenizer_class": "PreTrainedTokenizerFast", "legacy": False} | marked, vocab_size=200, user_defined_symbols=["<tool>", "he"], control_symbols=["<sep>"])
    spm(out / "plain", "unigram", {"tokenizer_class": "PreTrainedTokenizerFast"} | marked, rules=False, vocab_size=200, add_dummy_prefix=False, remove_extra_whitespaces=False)

    golden = {}
    for folder in sorted(path for path in out.iterdir() if path.is_dir()):
        made = AutoTokenizer.from_pretrained(folder)
        if len(sys.argv) > 2:
            text = json.loads(made.backend_tokenizer.to_str())
            text["model"] = {k: v for k, v in text["model"].items() if k not in ("vocab", "merges")}
            for part in (text["normalizer"] or {}).get("normalizers", [text["normalizer"] or {}]):
                part.pop("precompiled_charsmap", None)
            print(folder.name, type(made).__name__, len(made), json.dumps(text, ensure_ascii=False), "\n")
        golden[folder.name] = {"alone": [made(text, add_special_tokens=False)["input_ids"] for text in TEXTS],
                               "around": [made(text)["input_ids"] for text in TEXTS]}
    lines = ",\n".join(f' {json.dumps(name)}: {json.dumps(ids, separators=(",", ":"))}' for name, ids in golden.items())
    (out / "golden.json").write_text('{"texts": %s,\n"ids": {\n%s\n}}\n' % (json.dumps(TEXTS), lines))


if __name__ == "__main__":
    make(Path(sys.argv[1]))
