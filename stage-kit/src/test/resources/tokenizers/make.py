"""Makes the tokenizers of these tests, and what Hugging Face's library makes of texts with them: `python make.py` beside
this file. Needs the package tokenizers (0.23)."""

import json
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

HERE = Path(__file__).parent
CORPUS = ["a red bell at the top left by day", "a large blue drum at the bottom right by night", "the cat, the dog's ball!",
          "Ça va? Naïve café über Straße", "1234567890 + 42 = 3.14"] * 4


def clip() -> Tokenizer:
    """As CLIP's: composed, one blank for many, lower case, words apart, BPE over bytes, an EOS that is pooled."""
    made = Tokenizer(models.BPE(unk_token="<|endoftext|>", end_of_word_suffix="</w>", fuse_unk=False))
    made.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()])
    made.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"), "removed", invert=True),
        pre_tokenizers.ByteLevel(add_prefix_space=False)])
    made.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=420, special_tokens=["<|startoftext|>", "<|endoftext|>"],
                                                         initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), end_of_word_suffix="</w>", show_progress=False))
    made.post_processor = processors.RobertaProcessing(("<|endoftext|>", made.token_to_id("<|endoftext|>")),
                                                       ("<|startoftext|>", made.token_to_id("<|startoftext|>")), trim_offsets=False, add_prefix_space=False)
    return made


def llama() -> Tokenizer:
    """As Llama 2's: blanks become letters, what is unknown becomes bytes, nothing is split."""
    made = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    made.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    specials = ["<unk>", "<s>", "</s>"] + [f"<0x{i:02X}>" for i in range(256)]
    made.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=700, special_tokens=specials, show_progress=False, max_token_length=16))
    text = json.loads(made.to_str())
    text["added_tokens"] = [token for token in text["added_tokens"] if not token["content"].startswith("<0x")]
    return Tokenizer.from_str(json.dumps(text))


def compatible() -> Tokenizer:
    """Characters of one kind are made one (NFKC), which joins and takes apart; the tokens are bytes."""
    made = Tokenizer(models.BPE())
    made.normalizer = normalizers.NFKC()
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=320, show_progress=False, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    return made


def bytes_and_blanks() -> Tokenizer:
    """Bytes without normalisation, a token that takes the blanks around it, and one of thirty blanks."""
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=320, show_progress=False, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    made.add_special_tokens([AddedToken("<mask>", lstrip=True, rstrip=True)])
    made.add_tokens([AddedToken(" " * 30, normalized=False)])
    return made


def main() -> None:
    made = {name.__name__: name() for name in (clip, llama, compatible, bytes_and_blanks)}
    for name, tokenizer in made.items():
        tokenizer.save(str(HERE / f"{name}.json"), pretty=False)
    golden = []
    for length in (4, 8, 77):
        made["clip"].enable_truncation(length)
        for text in ("a", "a red bell", "a red bell at the top left by day and a large blue drum at the bottom right by night " * 3):
            golden.append({"max_length": length, "text": text, "ids": made["clip"].encode(text).ids})
    (HERE / "clip-truncated.json").write_text(json.dumps(golden))


main()
