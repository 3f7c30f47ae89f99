// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.testing;

import anymesh.kit.imports.OnnxWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes ONNX files ({@code onnx.proto}) of any content, such as no exporter would write. */
public final class OnnxBytes {
    private final ByteArrayOutputStream graph = new ByteArrayOutputStream();
    private final ByteArrayOutputStream model = new ByteArrayOutputStream();

    private static void field(ByteArrayOutputStream into, int number, byte[] bytes) {
        into.writeBytes(OnnxWriter.message(out -> out.writeByteArray(number, bytes)));
    }

    /** A tensor, with data elsewhere if there is a location; key and value of its {@code external_data} alternate. */
    public static byte[] tensor(String name, int type, long size, String... external) {
        return OnnxWriter.message(out -> {
            out.writeInt64(1, size);
            out.writeInt32(2, type);
            out.writeString(8, name);
            for (int i = 0; i < external.length; i += 2) {
                var key = external[i];
                var value = external[i + 1];
                out.writeByteArray(13, OnnxWriter.message(entry -> {
                    entry.writeString(1, key);
                    entry.writeString(2, value);
                }));
            }
            if (external.length > 0) {
                out.writeInt32(14, 1);
            }
        });
    }

    /** An operator with an attribute: its bytes as they stand in the message's field. */
    public static byte[] node(String domain, String type, int attributeField, byte[] attribute) {
        return OnnxWriter.message(out -> {
            out.writeString(4, type);
            out.writeString(7, domain);
            if (attributeField > 0) {
                out.writeByteArray(5, OnnxWriter.message(inner -> inner.writeByteArray(attributeField, attribute)));
            }
        });
    }

    /** A field of the graph, such as 1 for a node, 5 for an initializer. */
    public OnnxBytes graph(int number, byte[] bytes) {
        field(graph, number, bytes);
        return this;
    }

    /** A field of the model, such as 20 for training, 25 for a function. */
    public OnnxBytes model(int number, byte[] bytes) {
        field(model, number, bytes);
        return this;
    }

    public OnnxBytes node(String domain, String type) {
        return graph(1, node(domain, type, 0, new byte[0]));
    }

    public OnnxBytes opset(String domain, long version) {
        return model(8, OnnxWriter.opset(domain, version));
    }

    public OnnxBytes input(String name, int type, long... shape) {
        return graph(11, value(name, type, shape));
    }

    public OnnxBytes output(String name, int type, long... shape) {
        return graph(12, value(name, type, shape));
    }

    /** An input or output; axes below 0 are free. */
    private static byte[] value(String name, int type, long... shape) {
        var axes = OnnxWriter.message(out -> {
            for (long axis : shape) {
                out.writeByteArray(1, OnnxWriter.message(size -> {
                    if (axis < 0) {
                        size.writeString(2, "free");
                    } else {
                        size.writeInt64(1, axis);
                    }
                }));
            }
        });
        return OnnxWriter.message(out -> {
            out.writeString(1, name);
            out.writeByteArray(2, OnnxWriter.message(kind -> kind.writeByteArray(1, OnnxWriter.message(tensor -> {
                tensor.writeInt32(1, type);
                tensor.writeByteArray(2, axes);
            }))));
        });
    }

    public byte[] bytes() {
        var all = new ByteArrayOutputStream();
        field(all, 7, graph.toByteArray());
        all.writeBytes(model.toByteArray());
        return all.toByteArray();
    }

    public Path write(Path file) {
        try {
            return Files.write(file, bytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The bytes of a text, as attributes and names have them. */
    public static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
