// SPDX-License-Identifier: Apache-2.0
package anymesh.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Protobuf by hand, for messages that no library would write. */
final class WireBytes {
    private WireBytes() {}

    static ByteString tag(int field, int wireType) {
        return varint(((long) field << 3) | wireType);
    }

    static ByteString field(int field, ByteString content) {
        return tag(field, 2).concat(varint(content.size())).concat(content);
    }

    static ByteString varint(long value) {
        ByteString.Output out = ByteString.newOutput();
        try {
            CodedOutputStream coded = CodedOutputStream.newInstance(out);
            coded.writeUInt64NoTag(value);
            coded.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteString();
    }
}
