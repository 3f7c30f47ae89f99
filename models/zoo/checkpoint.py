# SPDX-License-Identifier: Apache-2.0
"""A language model as its original library keeps it: a folder of transformers, or one made of a GGUF file."""
from __future__ import annotations

import json
from pathlib import Path

WEIGHTS = ("*.safetensors", "pytorch_model*.bin")


class Refused(Exception):
    """What was asked for can't be done; the message is one line that says why."""


def opened(source: Path, work: Path) -> Path:
    """The folder of transformers that `source` is or, if it is a GGUF file, one made of it in `work`."""
    if not source.exists():
        raise Refused(f"{source}: no such file or folder")
    if source.is_file():
        return _of_gguf(source, work)
    if not (source / "config.json").is_file():
        raise Refused(f"{source}: has no config.json, so it is no checkpoint of transformers")
    architecture_of(source)
    if not any(found for pattern in WEIGHTS for found in source.glob(pattern)):
        raise Refused(f"{source}: has no weights (*.safetensors or pytorch_model*.bin)")
    if not any((source / name).is_file() for name in ("tokenizer.json", "tokenizer.model", "vocab.json")):
        raise Refused(f"{source}: has no tokenizer (tokenizer.json, tokenizer.model or vocab.json)")
    return source


def architecture_of(folder: Path) -> str:
    """The class that config.json names, such as LlamaForCausalLM; refused if transformers doesn't know its model_type."""
    from transformers import CONFIG_MAPPING
    try:
        config = json.loads((folder / "config.json").read_text())
    except ValueError as e:
        raise Refused(f"{folder}/config.json: no JSON ({e})") from e
    kind = config.get("model_type")
    if kind not in CONFIG_MAPPING:
        raise Refused(f"{folder}: transformers knows no architecture {kind!r} (model_type in config.json)")
    return (config.get("architectures") or [kind])[0]


def _of_gguf(file: Path, work: Path) -> Path:
    import torch
    from gguf import GGUFReader
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from transformers.modeling_gguf_pytorch_utils import GGUF_SUPPORTED_ARCHITECTURES
    try:
        fields = GGUFReader(file).fields
        architecture = fields["general.architecture"].contents()
    except (ValueError, KeyError, IndexError) as e:
        raise Refused(f"{file}: no GGUF file ({e})") from e
    if architecture not in GGUF_SUPPORTED_ARCHITECTURES:
        raise Refused(f"{file}: transformers reads no GGUF of the architecture {architecture!r}")
    where = {"pretrained_model_name_or_path": file.parent, "gguf_file": file.name}
    tokenizer = AutoTokenizer.from_pretrained(**where)
    if "tokenizer.chat_template" in fields:
        tokenizer.chat_template = fields["tokenizer.chat_template"].contents()
    read = AutoModelForCausalLM.from_pretrained(**where, dtype=torch.float32)
    # A model that was read from GGUF counts as quantized and saves itself as such: the weights go into a plain one.
    if hasattr(read.config, "quantization_config"):
        del read.config.quantization_config
    plain = type(read)(read.config).float()
    plain.load_state_dict(read.state_dict())
    plain.generation_config.eos_token_id = tokenizer.eos_token_id
    folder = work / file.stem
    plain.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
