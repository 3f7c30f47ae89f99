// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.forecast;

import java.time.Duration;

/**
 * What is expected of a request that begins now.
 *
 * @param waiting how long others keep it from being done
 * @param total how long it takes in all
 */
public record Forecast(Duration waiting, Duration total) {
    /** Where nothing is known. */
    public static final Forecast NONE = new Forecast(Duration.ZERO, Duration.ZERO);

    /** Of two steps, one after the other. */
    Forecast and(Forecast next) {
        return new Forecast(waiting.plus(next.waiting), total.plus(next.total));
    }
}
