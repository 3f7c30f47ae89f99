// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.jobs.StoredMedium;
import anymesh.gateway.media.MediaStore;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import java.nio.file.NoSuchFileException;
import java.util.Optional;

/** Hands out a file of the media store: all of it or the part that was asked for, in pieces as its client takes them. */
final class MediaContent {
    private static final int PIECE = 256 << 10;

    private final MediaStore media;

    MediaContent(MediaStore media) {
        this.media = media;
    }

    /** Completes when the client has it. {@code caching}: what the client, and who is between, may keep of it. */
    Future<?> send(StoredMedium medium, String caching, Exchange exchange) {
        var http = exchange.http();
        // A file is written once and never again under its name.
        var tag = '"' + medium.name() + '"';
        var response = http.response().putHeader(HttpHeaders.ETAG, tag).putHeader(HttpHeaders.ACCEPT_RANGES, "bytes")
                .putHeader(HttpHeaders.CACHE_CONTROL, caching);
        if (tag.equals(http.request().getHeader(HttpHeaders.IF_NONE_MATCH))) {
            return response.setStatusCode(304).end();
        }
        Optional<ByteRange> range;
        try {
            var ifRange = http.request().getHeader("if-range");
            range = ifRange == null || ifRange.equals(tag)
                    ? ByteRange.of(http.request().getHeader("range"), medium.bytes())
                    : Optional.empty();
        } catch (ByteRange.NotThere _) {
            response.putHeader(HttpHeaders.CONTENT_RANGE, "bytes */" + medium.bytes());
            return Future.failedFuture(
                    new HttpRefusal(416, "The file has " + medium.bytes() + " bytes, none of them in this range."));
        }
        return send(medium, range, exchange);
    }

    private Future<?> send(StoredMedium medium, Optional<ByteRange> range, Exchange exchange) {
        var part = range.orElse(new ByteRange(0, medium.bytes()));
        // Before the head says that it is there.
        return piece(medium, part).compose(first -> {
            var response = exchange.http().response().putHeader(HttpHeaders.CONTENT_TYPE, medium.mimeType())
                    .putHeader(HttpHeaders.CONTENT_LENGTH, String.valueOf(part.length()));
            if (range.isPresent()) {
                response.setStatusCode(206).putHeader(HttpHeaders.CONTENT_RANGE, "bytes %d-%d/%d".formatted(part.from(),
                        part.from() + part.length() - 1, medium.bytes()));
            }
            return exchange.http().request().method().equals(HttpMethod.HEAD)
                    ? response.end()
                    : send(medium, part, first, exchange).otherwiseEmpty(); // the head is gone: whoever misses the rest has gone too, or sees it
        }, error -> Future.failedFuture(error instanceof NoSuchFileException
                ? new HttpRefusal(404, "The file is not kept any more.")
                : error));
    }

    private Future<Void> send(StoredMedium medium, ByteRange part, Buffer piece,
            Exchange exchange) {
        exchange.delivery().write(piece);
        var rest = new ByteRange(part.from() + piece.length(), part.length() - piece.length());
        return rest.length() <= 0
                ? exchange.delivery().end()
                : exchange.delivery().ready().compose(_ -> piece(medium, rest))
                        .compose(next -> send(medium, rest, next, exchange))
                        .onFailure(_ -> exchange.http().request().connection().close());
    }

    private Future<Buffer> piece(StoredMedium medium, ByteRange part) {
        int length = (int) Math.min(PIECE, part.length());
        return media.read(medium.name(), part.from(), length).compose(bytes -> bytes.length() == length
                ? Future.succeededFuture(bytes)
                : Future.failedFuture(new NoSuchFileException(medium.name())));
    }
}
