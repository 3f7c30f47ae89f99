// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.body.BodyBytes;
import anymesh.gateway.body.JsonTree;
import anymesh.gateway.body.Room;
import anymesh.wire.error.InvalidInput;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** JSON in and out. */
final class Json {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Json() {}

    /** The JSON object that a body holds; anything else is the client's fault. */
    static Fields read(BodyBytes body, Room room) {
        JsonNode json = JsonTree.read(body, room);
        if (!json.isObject()) {
            throw new InvalidInput("The body of your request must be a JSON object.");
        }
        return new Fields(json, "");
    }

    /** For what is small, such as an error. */
    static Buffer write(ObjectNode json) {
        var bytes = new ByteArrayOutputStream();
        write(json, bytes);
        return Buffer.buffer(bytes.toByteArray());
    }

    /** Answers with what is small. */
    static void reply(HttpServerResponse response, ObjectNode json) {
        response.putHeader(HttpHeaders.CONTENT_TYPE, "application/json").end(write(json));
    }

    /** Answers with what comes, or its failure, if there still is somebody. */
    static void replyWith(HttpServerResponse response, Future<ObjectNode> json) {
        json.onFailure(failure -> ErrorReplies.reply(response, failure)).onSuccess(answer -> {
            if (!response.ended() && !response.closed()) {
                reply(response, answer);
            }
        });
    }

    /** In pieces, so that what is large is in the heap once. */
    static List<Buffer> writePieces(String before, ObjectNode json, String after) {
        var pieces = new Pieces();
        pieces.write(before);
        write(json, pieces);
        pieces.write(after);
        return pieces.buffers;
    }

    private static void write(ObjectNode json, OutputStream into) {
        try {
            MAPPER.writeValue(into, json);
        } catch (IOException e) {
            throw new UncheckedIOException("a tree of plain nodes can always be written", e);
        }
    }

    /** Jackson hands on its buffer of some kilobytes when that is full. */
    private static final class Pieces extends OutputStream {
        private static final int PIECE = 32 << 10;

        private final List<Buffer> buffers = new ArrayList<>();

        void write(String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            write(bytes, 0, bytes.length);
        }

        @Override
        public void write(int b) {
            write(new byte[]{(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            if (buffers.isEmpty() || buffers.getLast().length() >= PIECE) {
                buffers.add(Buffer.buffer(length));
            }
            buffers.getLast().appendBytes(bytes, offset, length);
        }
    }
}
