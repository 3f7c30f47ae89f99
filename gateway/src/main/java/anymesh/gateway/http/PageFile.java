// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A file of a page, read once from the class path.
 *
 * @param etag names its content
 */
record PageFile(String name, String type, Buffer bytes, String etag) {
    private static final int ETAG_LENGTH = 16;

    /** Reads {@code folder/name}. */
    static PageFile read(String folder, String name) {
        try (var in = PageFile.class.getResourceAsStream(folder + "/" + name)) {
            if (in == null) {
                throw new IllegalStateException("the class path lacks " + folder + "/" + name);
            }
            return of(name, type(name), in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static PageFile of(String name, String type, byte[] bytes) {
        return new PageFile(name, type, Buffer.buffer(bytes), etag(bytes));
    }

    private static String type(String name) {
        return switch (name.substring(name.lastIndexOf('.') + 1)) {
            case "html" -> "text/html; charset=utf-8";
            case "css" -> "text/css; charset=utf-8";
            case "js" -> "text/javascript; charset=utf-8";
            case "svg" -> "image/svg+xml";
            case "png" -> "image/png";
            case "wav" -> "audio/wav";
            default -> throw new IllegalStateException("no content type for " + name);
        };
    }

    private static String etag(byte[] bytes) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
            return '"' + HexFormat.of().formatHex(hash).substring(0, ETAG_LENGTH) + '"';
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Whether a client that sent this {@code if-none-match} has it. */
    boolean isKnownBy(@Nullable String ifNoneMatch) {
        return ifNoneMatch != null && Stream.of(ifNoneMatch.split(",")).map(String::strip)
                .anyMatch(tag -> tag.equals("*") || tag.equals(etag) || tag.equals("W/" + etag));
    }
}
