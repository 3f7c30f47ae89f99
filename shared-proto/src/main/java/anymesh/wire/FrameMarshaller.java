// SPDX-License-Identifier: Apache-2.0
package anymesh.wire;

import anymesh.wire.error.InvalidInput;
import anymesh.wire.error.MeshException;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import io.grpc.MethodDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.jspecify.annotations.Nullable;

/**
 * Moves frames in and out of gRPC by its public interfaces, each body copied once in each direction, and not at all between callers and
 * servers of one process. The wire is what protobuf itself would write, so a peer without this class reads it too.
 *
 * <p>Parsing never throws: see {@link Frame#failure()}.
 */
final class FrameMarshaller<H extends Message> implements MethodDescriptor.Marshaller<Frame<H>> {
    private static final byte[] NONE = {};

    private final WireMemory memory;
    private final Parser<H> parser;
    private final H empty;

    FrameMarshaller(WireMemory memory, Parser<H> parser, H empty) {
        this.memory = memory;
        this.parser = parser;
        this.empty = empty;
    }

    @Override
    public InputStream stream(Frame<H> frame) {
        return new FrameOutput(frame);
    }

    @Override
    public Frame<H> parse(InputStream stream) {
        return stream instanceof FrameOutput here ? handedOver(here) : received(stream);
    }

    /** What a sender in this process lets go only at the end of its call. */
    private Frame<H> handedOver(FrameOutput here) {
        try {
            @SuppressWarnings("unchecked") // both ends have the method's type
            var frame = (Frame<H>) here.share();
            return frame;
        } catch (IllegalStateException _) {
            return unreadable(List.of(), new InvalidInput("its sender has gone"));
        }
    }

    private Frame<H> received(InputStream stream) {
        List<EmbeddingBatch> batches = new ArrayList<>(2);
        try {
            FrameInput in = new FrameInput(stream);
            HeaderBytes header = new HeaderBytes();
            for (int tag = in.readTagOrEnd(); tag != 0; tag = in.readTagOrEnd()) {
                if (tag == FrameOutput.BATCH_TAG) {
                    if (batches.size() == WireLimits.MAX_BATCHES) {
                        throw new InvalidInput("embedding batches: more than %d".formatted(WireLimits.MAX_BATCHES));
                    }
                    batches.add(readBatch(in));
                } else {
                    in.copyField(tag, header);
                }
            }
            return new Frame<>(parse(header), batches);
        } catch (MeshException e) {
            return unreadable(batches, e);
        } catch (IOException e) {
            return unreadable(batches, new InvalidInput("not a protobuf message of this type"));
        }
    }

    private H parse(HeaderBytes header) throws IOException {
        CodedInputStream coded = header.asByteString().newCodedInput();
        coded.enableAliasing(true);
        return parser.parseFrom(coded);
    }

    private Frame<H> unreadable(List<EmbeddingBatch> read, MeshException reason) {
        read.forEach(EmbeddingBatch::close);
        return Frame.of(empty, EmbeddingBatch.unreadable(reason));
    }

    private EmbeddingBatch readBatch(FrameInput in) throws IOException {
        long end = in.readLength("embedding batch", WireLimits.MAX_MESSAGE_BYTES) + in.position();
        byte[] schema = NONE;
        byte[] header = NONE;
        ArrowBuf body = null;
        int bodyBytes = 0;
        boolean whole = false;
        try {
            while (in.position() < end) {
                int tag = in.readTag();
                if (tag == FrameOutput.SCHEMA_TAG) {
                    schema = in.readBytes(in.readLength("ipc_schema", WireLimits.MAX_METADATA_BYTES));
                } else if (tag == FrameOutput.HEADER_TAG) {
                    header = in.readBytes(in.readLength("ipc_header", WireLimits.MAX_METADATA_BYTES));
                } else if (tag == FrameOutput.BODY_TAG) {
                    close(body); // protobuf: the last one counts
                    body = null;
                    bodyBytes = in.readLength("ipc_body", end - in.position());
                    if (bodyBytes > 0) {
                        body = memory.allocate(bodyBytes);
                        in.readInto(body, bodyBytes);
                    }
                } else {
                    in.copyField(tag, null);
                }
            }
            if (in.position() != end) {
                throw new InvalidInput("embedding batch: its fields are longer than itself");
            }
            whole = true;
            return EmbeddingBatch.received(schema, header, body, bodyBytes);
        } finally {
            if (!whole) {
                close(body);
            }
        }
    }

    private static void close(@Nullable ArrowBuf body) {
        if (body != null) {
            body.close();
        }
    }
}
