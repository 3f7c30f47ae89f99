// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.jobs;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** Lengths as OpenAI's API writes them: {@code "4"}. */
public final class Seconds {
    private Seconds() {}

    /** With as many decimals as it takes, at most three. */
    public static String text(float seconds) {
        var rounded = new BigDecimal(Float.toString(seconds)).setScale(3, RoundingMode.HALF_UP).stripTrailingZeros();
        return rounded.signum() == 0 ? "0" : rounded.toPlainString();
    }
}
