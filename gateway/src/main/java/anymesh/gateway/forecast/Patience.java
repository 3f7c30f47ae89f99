// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.forecast;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * How long a request waits.
 *
 * @param time in which it has to be done
 * @param maxWait how long others may keep it from that
 * @param told of what is expected of it, also where that is too long
 */
public record Patience(Duration time, Duration maxWait, Consumer<Forecast> told) {
    private static final Duration FOREVER = Duration.ofDays(1);

    /** Of a request that is never refused. */
    public static final Patience ENDLESS = until(FOREVER);

    /** As long as it has time. */
    public static Patience until(Duration time) {
        return new Patience(time, FOREVER, _ -> {});
    }
}
