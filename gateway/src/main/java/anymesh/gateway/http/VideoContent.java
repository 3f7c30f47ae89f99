// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.jobs.StoredMedium;
import anymesh.gateway.jobs.Variant;
import anymesh.gateway.jobs.VideoJob;
import anymesh.gateway.media.MediaStore;
import anymesh.wire.error.InvalidInput;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.util.Arrays;

/** Hands out what a job has made, or says why there is nothing. */
final class VideoContent {
    private final MediaContent content;

    VideoContent(MediaStore media) {
        content = new MediaContent(media);
    }

    Future<?> send(VideoJob job, Exchange exchange) {
        var variant = variant(exchange.http());
        StoredMedium medium = job.media().get(variant);
        return medium == null
                ? Future.failedFuture(missing(job, variant))
                : content.send(medium, "private", exchange);
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
}
