// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.wire.call.LogIds;
import anymesh.wire.error.Failures;
import io.vertx.core.http.HttpServerResponse;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers failures in OpenAI's shape, and logs what is the server's fault. */
final class ErrorReplies {
    private static final Logger log = LoggerFactory.getLogger(ErrorReplies.class);

    static final String RETRY_AFTER = "retry-after";
    /** The same in milliseconds, which OpenAI's clients look at first. */
    static final String RETRY_AFTER_MS = "retry-after-ms";

    private ErrorReplies() {}

    static void reply(HttpServerResponse response, Throwable failure) {
        ApiError error = logged(response, failure);
        if (response.ended() || response.closed() || response.headWritten()) {
            return;
        }
        if (error.retryAfter() != null) {
            long millis = error.retryAfter().toMillis();
            response.putHeader(RETRY_AFTER, String.valueOf(Math.ceilDiv(millis, 1000)))
                    .putHeader(RETRY_AFTER_MS, String.valueOf(millis));
        }
        if (error.status() == 401) {
            response.putHeader("www-authenticate", "Bearer");
        }
        if (error.isFinal()) {
            response.putHeader("x-should-retry", "false");
        }
        Json.reply(response.setStatusCode(error.status()), error.toJson());
    }

    /** The error to tell the client of. */
    static ApiError logged(HttpServerResponse response, Throwable failure) {
        ApiError error = ApiError.of(failure);
        boolean isGrave = error.status() == 500 || Failures.isOutOfMemory(failure);
        if ((isGrave || error.isServerFault()) && !(failure instanceof CancellationException)) {
            String requestId = response.headers().get(RequestIds.HEADER);
            try (var _ = LogIds.of(requestId, response.headers().get(RequestIds.TRACE))) {
                log(error, isGrave, requestId, failure);
            }
        }
        return error;
    }

    private static void log(ApiError error, boolean isGrave, @Nullable String requestId, Throwable failure) {
        if (isGrave) {
            log.error("requestId={} status={}", requestId, error.status(), failure);
        } else {
            log.warn("requestId={} status={} code={} message={} cause={}", requestId, error.status(), error.code(),
                    error.message(), String.valueOf(failure.getCause()));
        }
    }
}
