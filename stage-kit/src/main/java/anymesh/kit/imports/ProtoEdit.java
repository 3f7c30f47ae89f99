// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.imports;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Changes a protobuf message in some of its fields; all others stay byte for byte. */
final class ProtoEdit {
    private ProtoEdit() {}

    /** What becomes of a field that has a length, such as a message or a text; null leaves it out. */
    @FunctionalInterface
    interface Change {
        byte @Nullable [] of(byte[] content) throws IOException;
    }

    /** The message with each of these fields changed, by their numbers. */
    static byte[] of(byte[] message, Map<Integer, Change> changes) throws IOException {
        var in = CodedInputStream.newInstance(message);
        var result = new ByteArrayOutputStream(message.length);
        for (int begin = 0; !in.isAtEnd(); begin = in.getTotalBytesRead()) {
            int tag = in.readTag();
            var change = changes.get(WireFormat.getTagFieldNumber(tag));
            if (change == null || WireFormat.getTagWireType(tag) != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
                in.skipField(tag);
                result.write(message, begin, in.getTotalBytesRead() - begin);
                continue;
            }
            var changed = change.of(in.readByteArray());
            if (changed != null) {
                result.write(OnnxWriter
                        .message(out -> out.writeByteArray(WireFormat.getTagFieldNumber(tag), changed)));
            }
        }
        return result.toByteArray();
    }
}
