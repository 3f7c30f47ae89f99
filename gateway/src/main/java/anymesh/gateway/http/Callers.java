// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.jobs.Whose;
import anymesh.gateway.keys.Caller;
import anymesh.gateway.keys.Rate;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who sends a request, and what it is told and logged of its use. */
final class Callers {
    private static final Logger usage = LoggerFactory.getLogger("anymesh.usage");
    private static final String KEY = "anymesh.caller";

    private Callers() {}

    static void set(RoutingContext http, Caller caller) {
        http.put(KEY, caller);
    }

    static Caller of(RoutingContext http) {
        return Objects.requireNonNull(http.<Caller>get(KEY));
    }

    /** Whose things it may see: its own, or an administrator everybody's. */
    static Whose whose(RoutingContext http) {
        var caller = of(http);
        return caller.isAdmin() ? Whose.everybodys() : Whose.of(caller.name());
    }

    /** How much of its limits is left, in the headers that OpenAI has for it. */
    static void tell(HttpServerResponse response, Caller caller) {
        for (Rate rate : caller.rates()) {
            response.putHeader("x-ratelimit-limit-" + rate.of(), String.valueOf(rate.limit()))
                    .putHeader("x-ratelimit-remaining-" + rate.of(), String.valueOf(rate.remaining()))
                    .putHeader("x-ratelimit-reset-" + rate.of(), seconds(rate.reset()));
        }
    }

    private static String seconds(Duration reset) {
        return reset.toMillis() / (double) TimeUnit.SECONDS.toMillis(1) + "s";
    }

    /** Once a request has ended: a line for whoever adds up what was used. */
    static void log(RoutingContext http, Spending spending) {
        var caller = spending.caller();
        if (!caller.isAnyone()) {
            usage.info("key={} requestId={} route={} status={} work={}", caller.name(), RequestIds.of(http),
                    Routes.label(http), http.response().getStatusCode(), spending.total());
        }
    }
}
