// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.imports;

import anymesh.kit.imports.BundleDraft;
import anymesh.kit.model.BundleException;
import anymesh.kit.model.SafeTensorsHeader.Part;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Set;

/**
 * A checkpoint's embeddings that become a graph of a bundle, of which only this tensor is copied.
 *
 * @param part the tensor, {@code [rows,hidden]} of F32, F16 or BF16, which is widened to F32
 * @param scale what each number is multiplied by; 1 leaves them
 * @param type of the embeddings that the decoder takes, in {@code onnx.proto}
 */
record EmbeddingTable(Part part, float scale, int type) {
    static final String FILE = "embedding.onnx";
    private static final String DATA = FILE + ".data";
    private static final String WIDENED = "BF16";
    private static final int BUFFER = 1 << 16;

    EmbeddingTable {
        if (!Set.of("F32", "F16", WIDENED).contains(part.type())) {
            throw new BundleException("%s: '%s' is of type %s (expected: F32, F16 or BF16)".formatted(part.file(),
                    part.name(), part.type()));
        }
    }

    /** How the bundle has it, in {@code onnx.proto}. */
    private int stored() {
        return part.type().equals("F16") ? EmbeddingOnnx.FLOAT16 : EmbeddingOnnx.FLOAT;
    }

    private long storedBytes() {
        return part.type().equals(WIDENED) ? Math.multiplyExact(part.length(), 2L) : part.length();
    }

    /** Writes the graph and its data into a folder of the bundle; empty for the bundle's own. */
    void into(BundleDraft draft, String folder) {
        var graph = new EmbeddingOnnx(part.shape().get(0), part.shape().get(1), stored(), DATA, storedBytes());
        draft.write(folder + FILE, out -> out.write(graph.bytes(scale, type)));
        draft.write(folder + DATA, this::copy);
    }

    private void copy(OutputStream out) throws IOException {
        var buffer = new byte[BUFFER];
        try (var in = part.open()) {
            for (long left = part.length(); left > 0;) {
                int count = in.readNBytes(buffer, 0, (int) Math.min(left, buffer.length));
                if (count < Math.min(left, buffer.length)) {
                    throw new BundleException("%s: ends before '%s' does".formatted(part.file(), part.name()));
                }
                if (part.type().equals(WIDENED)) {
                    out.write(widened(buffer, count));
                } else {
                    out.write(buffer, 0, count);
                }
                left -= count;
            }
        }
    }

    /** A bfloat16 is the upper half of a float. */
    private static byte[] widened(byte[] bytes, int count) {
        var from = ByteBuffer.wrap(bytes, 0, count).order(ByteOrder.LITTLE_ENDIAN);
        var to = ByteBuffer.allocate(count * 2).order(ByteOrder.LITTLE_ENDIAN);
        while (from.hasRemaining()) {
            to.putInt(from.getShort() << 16);
        }
        return to.array();
    }

    /** For the report. */
    String describe() {
        return "%s written: %s of %s, %d rows of %d%s".formatted(FILE, part.name(), part.file().getFileName(),
                part.shape().get(0), part.shape().get(1),
                scale == 1 ? "" : ", times %s, which the decoder leaves to it".formatted(scale));
    }
}
