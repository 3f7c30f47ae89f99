// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.imports;

import static anymesh.kit.imports.OnnxWriter.integer;
import static anymesh.kit.imports.OnnxWriter.message;
import static anymesh.kit.imports.OnnxWriter.node;
import static anymesh.kit.imports.OnnxWriter.opset;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * The graph that looks ids up in a table that lies in a file beside it, as {@code onnx.proto} has it: {@code [B,S] -> [B,S,hidden]}.
 *
 * @param type of the table: {@link #FLOAT} or {@link #FLOAT16}
 * @param location the file beside it, all of which is the table
 * @param length of the file in bytes
 */
record EmbeddingOnnx(long rows, long hidden, int type, String location, long length) {
    /** The types of {@code onnx.proto}. */
    static final int FLOAT = 1;
    static final int FLOAT16 = 10;
    static final String IDS = "input_ids";
    static final String EMBEDDINGS = "inputs_embeds";
    private static final int INT64 = 7;
    private static final int IR = 8;
    private static final int OPSET = 17;
    private static final int EXTERNAL = 1;
    private static final String TABLE = "embeddings";
    private static final String SCALE = "scale";

    /** Of what comes out in a type, each number multiplied before it is cast, as in a model that has the table itself. */
    byte[] bytes(float scale, int outputType) {
        boolean isScaled = scale != 1;
        boolean isCast = outputType != type;
        var graph = message(out -> {
            var last = isCast ? "uncast" : EMBEDDINGS;
            var looked = isScaled ? "looked_up" : last;
            out.writeByteArray(1, of("Gather", looked, TABLE, IDS));
            if (isScaled) {
                out.writeByteArray(1, of("Mul", last, looked, SCALE));
            }
            if (isCast) {
                out.writeByteArray(1, node("Cast", List.of(EMBEDDINGS), List.of(last), integer("to", outputType)));
            }
            out.writeString(2, "embedding");
            out.writeByteArray(5, table());
            if (isScaled) {
                out.writeByteArray(5, scalar(scale));
            }
            out.writeByteArray(11, value(IDS, INT64, false));
            out.writeByteArray(12, value(EMBEDDINGS, outputType, true));
        });
        return message(out -> {
            out.writeInt64(1, IR);
            out.writeString(2, "anymesh");
            out.writeByteArray(7, graph);
            out.writeByteArray(8, opset("", OPSET));
        });
    }

    /** Gather's axis is 0 where none is said. */
    private static byte[] of(String operator, String output, String... inputs) {
        return node(operator, List.of(output), List.of(inputs));
    }

    private byte[] table() {
        return message(out -> {
            out.writeInt64(1, rows);
            out.writeInt64(1, hidden);
            out.writeInt32(2, type);
            out.writeString(8, TABLE);
            out.writeByteArray(13, entry("location", location));
            out.writeByteArray(13, entry("offset", "0"));
            out.writeByteArray(13, entry("length", String.valueOf(length)));
            out.writeInt32(14, EXTERNAL);
        });
    }

    private static byte[] entry(String key, String value) {
        return message(out -> {
            out.writeString(1, key);
            out.writeString(2, value);
        });
    }

    private byte[] scalar(float number) {
        var raw = ByteBuffer.allocate(type == FLOAT16 ? Short.BYTES : Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        if (type == FLOAT16) {
            raw.putShort(Float.floatToFloat16(number));
        } else {
            raw.putFloat(number);
        }
        return message(out -> {
            out.writeInt32(2, type);
            out.writeString(8, SCALE);
            out.writeByteArray(9, raw.array());
        });
    }

    private byte[] value(String name, int element, boolean hasHidden) {
        var axes = message(out -> {
            out.writeByteArray(1, message(axis -> axis.writeString(2, "batch_size")));
            out.writeByteArray(1, message(axis -> axis.writeString(2, "sequence_length")));
            if (hasHidden) {
                out.writeByteArray(1, message(axis -> axis.writeInt64(1, hidden)));
            }
        });
        return message(out -> {
            out.writeString(1, name);
            out.writeByteArray(2, message(kind -> kind.writeByteArray(1, message(tensor -> {
                tensor.writeInt32(1, element);
                tensor.writeByteArray(2, axes);
            }))));
        });
    }
}
