// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.forecast;

import java.time.Duration;

/**
 * What is expected of a request that begins now.
 *
 * @param waiting how long others keep it from being done, at most
 * @param total how long it takes in all, at most: 19 of 20 like it have taken less
 * @param usual how long it takes if all goes as it was learned
 */
public record Forecast(Duration waiting, Duration total, Duration usual) {
    /** Where nothing is known. */
    public static final Forecast NONE = new Forecast(Duration.ZERO, Duration.ZERO, Duration.ZERO);

    /** Of two steps, one after the other. */
    Forecast and(Forecast next) {
        return new Forecast(waiting.plus(next.waiting), total.plus(next.total), usual.plus(next.usual));
    }

    /** Whether others' work is most of it. */
    boolean isMostlyWaiting() {
        return waiting.multipliedBy(2).compareTo(total) > 0;
    }
}
