// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.wire.error.InvalidInput;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;

/** How long a request has: as long as its client says that it waits, and no longer than anybody may. */
final class RequestTime {
    static final String HEADER = "x-request-timeout-ms";

    private RequestTime() {}

    static Duration of(HttpServerRequest request, Duration longest) {
        String said = request.getHeader(HEADER);
        if (said == null) {
            return longest;
        }
        try {
            long millis = Long.parseLong(said.strip());
            if (millis > 0) {
                return millis < longest.toMillis() ? Duration.ofMillis(millis) : longest;
            }
        } catch (NumberFormatException _) {
            // As any other that is none.
        }
        throw new InvalidInput("Invalid '%s': expected a number of milliseconds above 0.".formatted(HEADER), HEADER);
    }
}
