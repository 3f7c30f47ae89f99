// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.imports;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** Messages of {@code onnx.proto}, for which nobody has classes. */
public final class OnnxWriter {
    private static final int ATTRIBUTE_FLOAT = 1;
    private static final int ATTRIBUTE_INT = 2;
    private static final int ATTRIBUTE_INTS = 7;
    private static final int ATTRIBUTE_TYPE = 20;

    private OnnxWriter() {}

    /** The fields of a message. */
    @FunctionalInterface
    public interface Fields {
        void write(CodedOutputStream out) throws IOException;
    }

    /** Any message. */
    public static byte[] message(Fields fields) {
        var bytes = new ByteArrayOutputStream();
        try {
            var out = CodedOutputStream.newInstance(bytes);
            fields.write(out);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /**
     * An operator of ONNX itself, with attributes such as {@link #integer} makes. It has no name, as names in a function that is
     * called twice would be there twice.
     */
    public static byte[] node(String operator, List<String> outputs, List<String> inputs, byte[]... attributes) {
        return message(out -> {
            for (var input : inputs) {
                out.writeString(1, input);
            }
            for (var output : outputs) {
                out.writeString(2, output);
            }
            out.writeString(4, operator);
            for (var attribute : attributes) {
                out.writeByteArray(5, attribute);
            }
        });
    }

    /** An attribute. */
    public static byte[] integer(String name, long value) {
        return attribute(name, ATTRIBUTE_INT, out -> out.writeInt64(3, value));
    }

    /** An attribute. */
    public static byte[] integers(String name, long... values) {
        return attribute(name, ATTRIBUTE_INTS, out -> {
            for (long value : values) {
                out.writeInt64(8, value);
            }
        });
    }

    /** An attribute of one number; where a function declares it, its default. */
    public static byte[] real(String name, float value) {
        return attribute(name, ATTRIBUTE_FLOAT, out -> out.writeFloat(2, value));
    }

    /** In a function, an attribute that has the number which the function's has. */
    public static byte[] sameReal(String name) {
        return attribute(name, ATTRIBUTE_FLOAT, out -> out.writeString(21, name));
    }

    private static byte[] attribute(String name, int type, Fields value) {
        return message(out -> {
            out.writeString(1, name);
            value.write(out);
            out.writeInt32(ATTRIBUTE_TYPE, type);
        });
    }

    /** The version of a domain's operators. */
    public static byte[] opset(String domain, long version) {
        return message(out -> {
            out.writeString(1, domain);
            out.writeInt64(2, version);
        });
    }
}
