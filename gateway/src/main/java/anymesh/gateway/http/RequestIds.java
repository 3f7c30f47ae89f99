// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import io.vertx.ext.web.RoutingContext;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The name by which a request is known in every stage: the client's own if it is fit to be a header, else a new one. */
final class RequestIds {
    static final String HEADER = "x-request-id";

    /** By which a client finds its trace; from W3C Trace Context, level 2. */
    static final String TRACE = "traceresponse";

    /** How many milliseconds a request is expected to take, others that wait before it included; 0 where nothing is known. */
    static final String FORECAST = "x-anymesh-forecast-ms";

    /** Which releases serve the request; of a stream, those that are fixed when it begins. */
    static final String RELEASES = "x-anymesh-releases";

    private static final Pattern FIT = Pattern.compile("[\\x21-\\x7e]{1,128}");

    private RequestIds() {}

    /** Puts the id on the response, from where it can be read again. */
    static void assign(RoutingContext http) {
        String offered = http.request().getHeader(HEADER);
        String id = offered != null && FIT.matcher(offered).matches() ? offered : UUID.randomUUID().toString();
        http.response().putHeader(HEADER, id);
        http.next();
    }

    static String of(RoutingContext http) {
        return String.valueOf(http.response().headers().get(HEADER));
    }

    /** The W3C trace that the request belongs to, if it says so. */
    static @Nullable String traceparent(RoutingContext http) {
        return http.request().getHeader("traceparent");
    }
}
