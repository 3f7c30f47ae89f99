// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.testing;

import anymesh.kit.testing.Cuts.Direction;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Which gRPC calls are open on a connection, by the frames of HTTP/2 (RFC 9113, section 4) that pass in both directions.
 * A call is told by the step that it belongs to: the request's id, a blank, and the method. Health checks and the like,
 * which belong to no request, are no calls. Not thread-safe.
 */
final class Http2Calls {
    private static final int PREFACE = 24;
    private static final int FRAME_HEADER = 9;
    static final int HEADERS = 1;
    static final int DATA = 0;
    private static final int RST_STREAM = 3;
    private static final int CONTINUATION = 9;
    static final int END_STREAM = 0x1;
    static final int END_HEADERS = 0x4;
    private static final int PADDED = 0x8;
    private static final int PRIORITY = 0x20;
    private static final int MAX_HEADERS = 1 << 20;

    private final Consumer<String> onBegin;
    private final Map<Direction, ByteBuf> unread = new EnumMap<>(Direction.class);
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false, MAX_HEADERS);
    private final ByteBuf headers = Unpooled.buffer();
    private final Map<Integer, String> open = new HashMap<>();
    /** Bytes of the preface that have not come yet. */
    private int skip = PREFACE;

    /** {@code onBegin} is told of each call's step. */
    Http2Calls(Consumer<String> onBegin) {
        this.onBegin = onBegin;
        unread.put(Direction.TO_STAGE, Unpooled.buffer());
        unread.put(Direction.TO_CALLER, Unpooled.buffer());
    }

    /** The steps whose calls are open. */
    Collection<String> open() {
        return List.copyOf(open.values());
    }

    void read(byte[] bytes, int offset, int length, Direction direction) {
        var buffer = unread.get(direction);
        buffer.writeBytes(bytes, offset, length);
        if (direction == Direction.TO_STAGE && skip > 0) {
            int skipped = Math.min(skip, buffer.readableBytes());
            buffer.skipBytes(skipped);
            skip -= skipped;
        }
        while (buffer.readableBytes() >= FRAME_HEADER) {
            int size = buffer.getUnsignedMedium(buffer.readerIndex());
            if (buffer.readableBytes() < FRAME_HEADER + size) {
                break;
            }
            buffer.skipBytes(3);
            int type = buffer.readUnsignedByte();
            int flags = buffer.readUnsignedByte();
            int stream = buffer.readInt() & Integer.MAX_VALUE;
            frame(type, flags, stream, buffer.readSlice(size), direction);
        }
        buffer.discardReadBytes();
    }

    private void frame(int type, int flags, int stream, ByteBuf payload, Direction direction) {
        boolean fromCaller = direction == Direction.TO_STAGE;
        if (fromCaller && (type == HEADERS || type == CONTINUATION)) {
            headers(type, flags, stream, payload);
        } else if (type == RST_STREAM
                || (!fromCaller && (type == HEADERS || type == DATA) && (flags & END_STREAM) != 0)) {
            open.remove(stream);
        }
    }

    private void headers(int type, int flags, int stream, ByteBuf payload) {
        if (type == HEADERS) {
            int padding = (flags & PADDED) != 0 ? payload.readUnsignedByte() : 0;
            payload.skipBytes((flags & PRIORITY) != 0 ? 5 : 0);
            payload.writerIndex(payload.writerIndex() - padding);
        }
        headers.writeBytes(payload);
        if ((flags & END_HEADERS) == 0) {
            return;
        }
        try {
            var read = decoder.decodeHeaders(stream, headers);
            headers.clear();
            var request = read.get("x-request-id");
            if (request != null) {
                var step = request + " " + read.path();
                open.put(stream, step);
                onBegin.accept(step);
            }
        } catch (Http2Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
