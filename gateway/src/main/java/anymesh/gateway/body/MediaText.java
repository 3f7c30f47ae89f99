// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.body;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonSerializable;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.jsontype.TypeSerializer;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.util.Base64;

/**
 * A medium as a string of an answer's JSON: base64 behind a prefix, encoded piece by piece when it is written, so that
 * the tree holds no copy of it.
 */
public record MediaText(String prefix, ByteString bytes) implements JsonSerializable {
    /** A multiple of three, so that no padding stands between two pieces. */
    private static final int PIECE = 3 << 11;

    /** Bare base64. */
    public static MediaText base64(ByteString bytes) {
        return new MediaText("", bytes);
    }

    /** A data URL. */
    public static MediaText dataUrl(String mimeType, ByteString bytes) {
        return new MediaText("data:" + mimeType + ";base64,", bytes);
    }

    private int length() {
        return prefix.length() + (bytes.size() + 2) / 3 * 4;
    }

    @Override
    public void serialize(JsonGenerator json, SerializerProvider serializers) throws IOException {
        json.writeString(new Encoder(), length());
    }

    @Override
    public void serializeWithType(JsonGenerator json, SerializerProvider serializers, TypeSerializer types)
            throws IOException {
        serialize(json, serializers);
    }

    /** All of it at once. */
    @Override
    public String toString() {
        var text = new StringBuilder(length());
        var part = new char[PIECE];
        try (var encoder = new Encoder()) {
            for (int count = encoder.read(part, 0, PIECE); count >= 0; count = encoder.read(part, 0, PIECE)) {
                text.append(part, 0, count);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("nothing is read but memory", e);
        }
        return text.toString();
    }

    private final class Encoder extends Reader {
        private final InputStream in = bytes.newInput();
        private String part = prefix;
        private int at;

        @Override
        public int read(char[] target, int offset, int length) throws IOException {
            if (at == part.length()) {
                byte[] next = in.readNBytes(PIECE);
                if (next.length == 0) {
                    return -1;
                }
                part = Base64.getEncoder().encodeToString(next);
                at = 0;
            }
            int step = Math.min(length, part.length() - at);
            part.getChars(at, at + step, target, offset);
            at += step;
            return step;
        }

        @Override
        public void close() {
            // memory
        }
    }
}
