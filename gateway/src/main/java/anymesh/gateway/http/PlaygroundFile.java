// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A file of the playground, read once.
 *
 * @param etag names its content
 */
record PlaygroundFile(String name, String type, Buffer bytes, String etag) {
    /** All that there are: a folder in a jar can't be listed by its name. */
    private static final List<String> NAMES = List.of(
            "answer.js", "api.js", "attachments.js", "bell.png", "bell.wav", "chat-view.js", "chat.css",
            "code-view.js", "composer.css", "composer.js", "conversation.js", "dom.js", "examples.js",
            "follow-ups.js", "format.js", "hops-table.js", "index.html", "main.js", "mark.svg", "media.js",
            "mesh-activity.js", "mesh-drawing.js", "mesh-layout.js", "mesh-panel.js", "mesh.css", "page.css",
            "panel.css", "part-view.js", "parts.css", "problem-view.js", "recorder.js", "request.js",
            "routes-list.js", "settings.js", "snippet-curl.js", "snippet-java.js", "snippet-python.js",
            "sound-player.js", "sse.js", "tabs.js", "theme.js", "thumbnail.js", "tokens.css", "wav.js",
            "waveform.js");

    private static final String FOLDER = "/anymesh/gateway/playground/";
    private static final int ETAG_LENGTH = 16;

    /** Reads them all. */
    static List<PlaygroundFile> all() {
        return NAMES.stream().map(PlaygroundFile::read).toList();
    }

    private static PlaygroundFile read(String name) {
        try (var in = PlaygroundFile.class.getResourceAsStream(FOLDER + name)) {
            if (in == null) {
                throw new IllegalStateException("the playground lacks " + name);
            }
            byte[] bytes = in.readAllBytes();
            return new PlaygroundFile(name, type(name), Buffer.buffer(bytes), etag(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
