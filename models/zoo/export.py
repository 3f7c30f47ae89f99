# SPDX-License-Identifier: Apache-2.0
"""Exports a language model to ONNX with its library's own export command.

    models/zoo/export SOURCE TARGET [--precision fp32|fp16|int8|int4] [--with genai|optimum] [--option KEY=VALUE]

SOURCE is a folder of transformers or a GGUF file, TARGET a new folder. `genai` is onnxruntime-genai's builder (`--option` goes
to its --extra_options), `optimum` is `optimum-cli export onnx`, fp32 only. Without --with, Optimum takes what the builder doesn't know.
"""
from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from .checkpoint import Refused, architecture_of, opened
from .running import told

# What an export needs beside graphs and tokenizer, and no exporter writes in full.
BESIDE = ("config.json", "generation_config.json", "chat_template.jinja", "tokenizer.model")
UNKNOWN = "is not currently supported"


def export(checkpoint: Path, target: Path, precision: str = "fp32", exporter: str | None = None, options: list[str] = ()) -> str:
    """Exports a folder of transformers into `target`; the name of the exporter that did it."""
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise Refused(f"{target}: is there already")
    if exporter == "optimum" and precision != "fp32":
        raise Refused(f"Optimum exports {precision} on a GPU only; the builder does it without (--with genai)")
    architecture = architecture_of(checkpoint)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".export-") as work:
        out = Path(work, "out")
        for name in (exporter,) if exporter else ("genai", "optimum"):
            done = _genai(checkpoint, out, precision, options) if name == "genai" else _optimum(checkpoint, out)
            said = (done.stdout + done.stderr).strip()
            if done.returncode == 0 and list(out.glob("*.onnx")):
                break
            reason = said.splitlines()[-1] if said else f"exit status {done.returncode}"
            if exporter or UNKNOWN not in reason or precision != "fp32":
                raise Refused(f"{name} can't export {architecture} in {precision}: {reason}")
            print(f"onnxruntime-genai's builder doesn't know {architecture}; Optimum is asked")
        for file in (checkpoint / beside for beside in BESIDE):
            if file.is_file() and not (out / file.name).exists():
                shutil.copy(file, out)
        out.replace(target)
    size = sum(f.stat().st_size for f in target.iterdir())
    print(f"{target}: {architecture}, {precision}, by {name}, {size / 1e6:.1f} MB: {', '.join(sorted(f.name for f in target.iterdir()))}")
    return name


def _genai(checkpoint: Path, out: Path, precision: str, options: list[str]) -> subprocess.CompletedProcess[str]:
    return _run(["-m", "onnxruntime_genai.models.builder", "-i", str(checkpoint), "-o", str(out), "-p", precision, "-e", "cpu",
                 "-c", str(out.parent / "cache"), *(["--extra_options", *options] if options else [])], out.parent)


def _optimum(checkpoint: Path, out: Path) -> subprocess.CompletedProcess[str]:
    return _run(["-m", "optimum.commands.optimum_cli", "export", "onnx", "--model", str(_older(checkpoint, out.parent / checkpoint.name)),
                 "--task", "text-generation-with-past", str(out)], out.parent, {"PYTHONPATH": str(Path(sys.prefix, "optimum"))})


def _run(arguments: list[str], work: Path, more: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], cwd=work, env=os.environ | (more or {}), capture_output=True, text=True)


def _older(checkpoint: Path, folder: Path) -> Path:
    """The same checkpoint as transformers 4 writes it: it would pass over what version 5 says of positions, and so export another model."""
    folder.mkdir()
    for file in checkpoint.iterdir():
        (folder / file.name).symlink_to(file.resolve())
    config = json.loads((checkpoint / "config.json").read_text())
    rope = config.pop("rope_parameters", None) or {}
    for key in ("rope_theta", "partial_rotary_factor"):
        if key in rope:
            config[key] = rope.pop(key)
    if rope.get("rope_type", "default") != "default":
        if rope["rope_type"] == "longrope":  # these three and no others
            rope = {"type": "longrope"} | {key: rope[key] for key in ("short_factor", "long_factor")}
        config["rope_scaling"] = rope
    _write(folder / "config.json", config)
    if (checkpoint / "tokenizer_config.json").is_file():
        words = json.loads((checkpoint / "tokenizer_config.json").read_text())
        if words.get("tokenizer_class") == "TokenizersBackend":
            words["tokenizer_class"] = "PreTrainedTokenizerFast"
        if isinstance(words.get("extra_special_tokens"), list):
            words["additional_special_tokens"] = words.pop("extra_special_tokens")
        _write(folder / "tokenizer_config.json", words)
    return folder


def _write(file: Path, said: dict) -> None:
    file.unlink()
    file.write_text(json.dumps(said, indent=2) + "\n")


def arguments(about: str) -> argparse.ArgumentParser:
    return argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)


def add_export_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--precision", choices=("fp32", "fp16", "int8", "int4"), default="fp32")
    parser.add_argument("--with", dest="exporter", choices=("genai", "optimum"))
    parser.add_argument("--option", action="append", default=[], metavar="KEY=VALUE")


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    add_export_options(parser)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="zoo-") as work:
        checkpoint = opened(asked.source.resolve(), Path(work))
        export(checkpoint, asked.target.resolve(), asked.precision, asked.exporter, asked.option)


if __name__ == "__main__":
    told(main)
