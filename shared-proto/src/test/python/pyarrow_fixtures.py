# SPDX-License-Identifier: Apache-2.0
"""Embedding batches as pyarrow writes them, and a check that pyarrow reads ours.

    pip install pyarrow numpy
    python src/test/python/pyarrow_fixtures.py write    # src/test/resources/pyarrow/from-pyarrow-*
    python src/test/python/pyarrow_fixtures.py read     # src/test/resources/pyarrow/from-java-*

A .binpb file holds one anymesh.v1.EmbeddingBatch: two Arrow flatbuffers and the body, as they travel. An .arrow file is the
same batch as an Arrow IPC file, with a note in its metadata.
"""
import pathlib
import struct
import sys

import numpy as np
import pyarrow as pa

HERE = pathlib.Path(__file__).resolve().parents[1] / "resources" / "pyarrow"
DTYPES = {"float32": pa.float32(), "float16": pa.float16()}
SHAPE = [2, 3]


def numbers(dtype):
    return np.arange(18, dtype=dtype).reshape(3, *SHAPE) / 4


def varint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out + bytes([value]))


def fields(data):
    """Field number -> content, of a message that has only length-delimited fields."""
    found, at = {}, 0

    def number():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(data):
        tag = number()
        length = number()
        found[tag >> 3] = data[at:at + length]
        at += length
    return found


def write(dtype):
    tensor = pa.fixed_shape_tensor(DTYPES[dtype], SHAPE)
    schema = pa.schema([pa.field("embedding", tensor, nullable=False)], metadata={
        "space": "fixture", "shape": "[2,3]", "dtype": dtype, "producer.bundle": "pyarrow",
        "producer.version": "1", "anymesh.schema": "1.0"})
    column = pa.FixedShapeTensorArray.from_numpy_ndarray(numbers(dtype))
    batch = pa.record_batch([column], schema=schema)
    described = pa.ipc.read_message(schema.serialize())
    message = pa.ipc.read_message(batch.serialize())
    parts = {1: described.metadata.to_pybytes(), 2: message.metadata.to_pybytes(), 15: message.body.to_pybytes()}
    data = b"".join(varint(number << 3 | 2) + varint(len(part)) + part for number, part in parts.items())
    (HERE / f"from-pyarrow-{dtype}.binpb").write_bytes(data)
    noted = schema.with_metadata({**schema.metadata, b"words": b"a red bell"})
    with pa.OSFile(str(HERE / f"from-pyarrow-{dtype}.arrow"), "wb") as to, pa.ipc.new_file(to, noted) as writer:
        writer.write_batch(batch.replace_schema_metadata(noted.metadata))


def read(dtype):
    parts = fields((HERE / f"from-java-{dtype}.binpb").read_bytes())
    stream = b"".join(b"\xff\xff\xff\xff" + struct.pack("<i", -(-len(part) // 8) * 8) + part + b"\0" * (-len(part) % 8)
                      for part in (parts[1], parts[2])) + parts[15]
    check(pa.ipc.open_stream(stream).read_next_batch(), dtype)
    file = pa.ipc.open_file(HERE / f"from-java-{dtype}.arrow")
    assert file.num_record_batches == 1
    assert file.schema.metadata[b"words"] == b"a red bell"
    check(file.get_batch(0), dtype)


def check(batch, dtype):
    batch.validate(full=True)
    column = batch.column("embedding")
    assert isinstance(column.type, pa.FixedShapeTensorType), column.type
    assert column.null_count == 0
    np.testing.assert_array_equal(column.to_numpy_ndarray(), numbers(dtype))
    print(dtype, column.type, batch.num_rows, "rows", dict(batch.schema.metadata))


if __name__ == "__main__":
    for name in DTYPES:
        {"write": write, "read": read}[sys.argv[1]](name)
