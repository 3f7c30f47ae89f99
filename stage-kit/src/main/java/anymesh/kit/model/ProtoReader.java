// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.model;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import java.io.IOException;

/** Walks over the messages of a protobuf that nobody has classes for, as a stream: what is not asked for is skipped, not kept. */
public final class ProtoReader {
    /** Messages in messages, in a file that is not made to harm. */
    private static final int MAX_DEPTH = 128;

    private final CodedInputStream in;
    private int depth;

    public ProtoReader(CodedInputStream in) {
        this.in = in;
        in.setSizeLimit(Integer.MAX_VALUE);
    }

    /** Each field of the message that is being read, up to its end. */
    public void fields(Field each) throws IOException {
        for (int tag; (tag = in.readTag()) != 0;) {
            each.read(WireFormat.getTagFieldNumber(tag), tag);
        }
    }

    /** A field that is a message itself; {@link InvalidProtocolBufferException} if the file ends amid it. */
    public void message(Body body) throws IOException {
        if (++depth > MAX_DEPTH) {
            throw new InvalidProtocolBufferException("messages in messages, deeper than " + MAX_DEPTH);
        }
        int limit = in.pushLimit(in.readRawVarint32());
        body.read();
        // A file that was cut between two fields looks like the end of each message that it is amid.
        if (in.getBytesUntilLimit() != 0) {
            throw new InvalidProtocolBufferException("it ends amid a message");
        }
        in.checkLastTagWas(0);
        in.popLimit(limit);
        depth--;
    }

    /** One field of a message, whose tag was read. */
    @FunctionalInterface
    public interface Field {
        void read(int field, int tag) throws IOException;
    }

    /** The fields of a message, up to its end. */
    @FunctionalInterface
    public interface Body {
        void read() throws IOException;
    }
}
