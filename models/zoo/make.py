# SPDX-License-Identifier: Apache-2.0
"""Makes tiny random language models, exports them and writes what transformers answers with the same weights.

    models/zoo/make [--prompts 100] [--to DIR] NAME ... | small | all

Each goes to DIR/NAME, by default in ~/.cache/anymesh/zoo; one that is there is kept. `small` is what CI takes. Names:
"""
from __future__ import annotations

import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForImageTextToText, GenerationConfig, PreTrainedModel

from .checkpoint import Refused
from .export import arguments, export
from .families import FAMILIES, Family
from .reference import write_check
from .rounding import BITS, round_weights
from .running import CACHE, told

TEMPLATES = Path(__file__).parent / "templates"
# Twice what keeps a signal's size from layer to layer: with small weights every answer would be one word again and again.
SPREAD, TIED, END_LIKELIER = 0.25, 0.25, 1.5


@dataclass(frozen=True)
class Row:
    """An export of the zoo: which family, by whom, how."""
    family: str
    exporter: str
    precision: str = "fp32"
    options: tuple[str, ...] = ()
    margin: float = 1e-3  # of the logits' spread: a hundred times fp32's rounding
    tokens: int = 16


def _rows() -> dict[str, Row]:
    genai = ("llama", "qwen2", "qwen3", "phi", "phi3", "phi3-long", "gemma", "gemma2", "mistral", "gpt-oss", "qwen3.5",
             "qwen3.5-moe", "lfm2", "lfm2-moe", "nemotron", "granite", "ernie4.5", "hunyuan")
    optimum = ("llama", "gpt2", "opt", "bloom", "gpt-neox", "gemma3", "smollm3", "olmo", "gptj", "gpt-neo", "codegen", "gpt-bigcode", "mpt",
               "stablelm", "cohere", "olmo2", "glm", "helium", "arcee", "deepseek-v3", "phi3-long")
    rows = {name: Row(name, "genai") for name in genai} | {f"{name}-optimum": Row(name, "optimum") for name in optimum}
    for name in ("llama", "gemma2"):
        rows[f"{name}-embeds"] = Row(name, "genai", options=("exclude_embeds=true",))
        rows[f"{name}-hidden"] = Row(name, "genai", options=("include_hidden_states=true",))
    rows["llama-pruned"] = Row("llama", "genai", options=("prune_lm_head=true",))
    for name in ("llama", "qwen3"):
        rows[f"{name}-fp16"] = Row(name, "genai", "fp16", margin=5e-2, tokens=8)
    rows["llama-int4"] = Row("llama", "genai", "int4", ("accuracy_level=1",))  # fp32 beside the weights
    # By default, what a matrix is multiplied with is rounded to 8 bits: only short answers are sure.
    rows["qwen3-int4"] = Row("qwen3", "genai", "int4", margin=0.15, tokens=3)
    return rows


ROWS = _rows()
SMALL = ("llama", "mistral", "gemma2", "lfm2", "gpt2-optimum", "llama-int4")


def checkpoint(family: Family, folder: Path, bits: int | None = None) -> None:
    """Writes a model with random weights, always the same ones, and its tokenizer; with `bits`, weights that so many can hold."""
    tokenizer = family.tokenizer()
    tokenizer.chat_template = (TEMPLATES / f"{family.template}.jinja").read_text().removesuffix("\n")
    ends = tokenizer.convert_tokens_to_ids(list(family.ends))
    known = dict(bos_token_id=tokenizer.bos_token_id, eos_token_id=ends if len(ends) > 1 else ends[0],
                 pad_token_id=tokenizer.pad_token_id if tokenizer.pad_token_id is not None else ends[0])
    torch.manual_seed(18)
    sizes = family.config | known | {"vocab_size": len(tokenizer)}
    if family.sees:
        sizes["text_config"] = family.config["text_config"] | known | {"vocab_size": len(tokenizer)}
    kind = AutoModelForImageTextToText if family.sees else AutoModelForCausalLM
    model = kind.from_config(AutoConfig.for_model(family.kind, **sizes))
    _randomize(model, ends[0])
    if bits:
        round_weights(model, bits)
    model.generation_config = GenerationConfig(**known, **family.generation)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


@torch.no_grad()
def _randomize(model: PreTrainedModel, end: int) -> None:
    for name, weight in model.named_parameters():
        if weight.ndim == 1:  # norms and biases too, which begin as ones and zeros
            weight += torch.randn_like(weight) * 0.1
        elif "A_log" not in name:  # Mamba's decay has values of its own
            weight.copy_(torch.randn_like(weight) * SPREAD)
    head = model.get_output_embeddings().weight
    if model.config.tie_word_embeddings:
        head *= TIED  # or the word that was read last would be the likeliest to come
    head[end] *= END_LIKELIER


def make(name: str, to: Path, prompts: int) -> None:
    row, begun = ROWS[name], time.monotonic()
    with tempfile.TemporaryDirectory(prefix="zoo-") as work:
        folder, out = Path(work, row.family), Path(work, "export")
        checkpoint(FAMILIES[row.family], folder, BITS.get(row.precision))
        export(folder, out, row.precision, row.exporter, list(row.options))
        write_check(folder, out, prompts, row.tokens, row.margin)
        if "exclude_embeds=true" in row.options:
            shutil.copy(folder / "model.safetensors", out)  # such a graph wants the embedding, which only the checkpoint has
        to.mkdir(parents=True, exist_ok=True)
        # Under another name first: who finds the folder finds all of it.
        shutil.copytree(out, to / f".{name}", dirs_exist_ok=True)
        (to / f".{name}").replace(to / name)
    print(f"{name}: {time.monotonic() - begun:.0f} s")


def main() -> None:
    parser = arguments(__doc__ + "    " + " ".join(ROWS))
    parser.add_argument("names", nargs="+", metavar="NAME")
    parser.add_argument("--to", type=Path, default=CACHE / "zoo")
    parser.add_argument("--prompts", type=int, default=100)
    asked = parser.parse_args()
    names = [n for name in asked.names for n in {"all": ROWS, "small": SMALL}.get(name, (name,))]
    if unknown := [name for name in names if name not in ROWS]:
        raise Refused(f"there is no {', '.join(unknown)}; there are {', '.join(ROWS)}, small, all")
    failed = []
    for name in names:
        if (asked.to / name).exists():
            print(f"{name}: is there")
            continue
        try:
            make(name, asked.to, asked.prompts)
        except Refused as e:
            failed.append(name)
            print(f"{name}: {e}")
    if failed:
        raise Refused(f"not made: {', '.join(failed)}")


if __name__ == "__main__":
    told(main)
