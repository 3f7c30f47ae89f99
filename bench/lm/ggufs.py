# SPDX-License-Identifier: Apache-2.0
"""SmolLM2's GGUF file in other precisions, as llama.cpp would quantize them. Run by bench/lm/setup: ggufs.py FOLDER"""
from __future__ import annotations

import sys
from pathlib import Path

from gguf import GGMLQuantizationType, GGUFReader, GGUFValueType, GGUFWriter, LlamaFileType, quants
from zoo.smollm2 import gguf

PRECISIONS = {
    "F32": (GGMLQuantizationType.F32, LlamaFileType.ALL_F32),
    "Q8_0": (GGMLQuantizationType.Q8_0, LlamaFileType.MOSTLY_Q8_0),
    "Q4_0": (GGMLQuantizationType.Q4_0, LlamaFileType.MOSTLY_Q4_0),
}


def written(read: GGUFReader, kind: GGMLQuantizationType, said: LlamaFileType, to: Path) -> None:
    """The same metadata and names; matrices as numbers of this kind, vectors as they are."""
    writer = GGUFWriter(to, read.fields["general.architecture"].contents())
    for name, field in read.fields.items():
        if name.startswith("GGUF.") or name in ("general.architecture", "general.file_type"):
            continue
        of = field.types[-1] if field.types[0] == GGUFValueType.ARRAY else None
        writer.add_key_value(name, field.contents(), field.types[0], of)
    writer.add_file_type(said)
    for tensor in read.tensors:
        weights = quants.dequantize(tensor.data, tensor.tensor_type)
        as_kind = kind if weights.ndim == 2 else GGMLQuantizationType.F32
        writer.add_tensor(tensor.name, quants.quantize(weights, as_kind), raw_dtype=as_kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main() -> None:
    folder, read = Path(sys.argv[1]), None
    for name, (kind, said) in PRECISIONS.items():
        file = folder / f"SmolLM2-135M-Instruct.{name}.gguf"
        if not file.exists():
            read = read or GGUFReader(gguf())
            written(read, kind, said, file.with_suffix(".next"))
            file.with_suffix(".next").replace(file)


if __name__ == "__main__":
    main()
