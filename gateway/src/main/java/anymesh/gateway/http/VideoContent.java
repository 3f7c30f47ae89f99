// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.jobs.StoredMedium;
import anymesh.gateway.jobs.Variant;
import anymesh.gateway.jobs.VideoJob;
import anymesh.gateway.media.MediaStore;
import anymesh.wire.error.InvalidInput;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.Optional;

/** Hands out what a job has made: all of it or the part that was asked for, in pieces as its client takes them. */
final class VideoContent {
    private static final int PIECE = 256 << 10;

    private final MediaStore media;

    VideoContent(MediaStore media) {
        this.media = media;
    }

    Future<?> send(VideoJob job, Exchange exchange) {
        var http = exchange.http();
        var variant = variant(http);
        StoredMedium medium = job.media().get(variant);
        if (medium == null) {
            return Future.failedFuture(missing(job, variant));
        }
        // A file is written once and never again under its name.
        var tag = '"' + medium.name() + '"';
        var response = http.response().putHeader(HttpHeaders.ETAG, tag).putHeader(HttpHeaders.ACCEPT_RANGES, "bytes")
                .putHeader(HttpHeaders.CACHE_CONTROL, "private");
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

    private static Variant variant(RoutingContext http) {
        String name = http.request().getParam("variant", Variant.VIDEO.toString());
        return Variant.of(name).orElseThrow(() -> new InvalidInput(
                "Invalid 'variant': '%s' is not supported; expected one of %s.".formatted(Fields.abbreviated(name),
                        Arrays.toString(Variant.values())),
                "variant"));
    }

    private static RuntimeException missing(VideoJob job, Variant variant) {
        return switch (job.state()) {
            case QUEUED, IN_PROGRESS ->
                new InvalidInput("The video is not ready yet: GET /v1/videos/" + job.id() + " tells when it is.", null,
                        "video_not_ready");
            case FAILED -> new InvalidInput("The video has failed: GET /v1/videos/" + job.id() + " tells why.", null,
                    "video_failed");
            case COMPLETED -> new HttpRefusal(404, "There is no " + variant + " of this video.");
            case DELETED -> new HttpRefusal(404, "The video was deleted.");
        };
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
                ? new HttpRefusal(404, "The video is not kept any more.")
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
