// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.server;

import org.jspecify.annotations.Nullable;

/** In which format a scraper gets its metrics. */
public final class MetricsFormat {
    private static final String OPEN_METRICS = "application/openmetrics-text";

    private MetricsFormat() {}

    /** The content type for an {@code Accept} header: OpenMetrics, which has exemplars, if it names it. */
    public static String of(@Nullable String accept) {
        return accept != null && accept.contains(OPEN_METRICS)
                ? OPEN_METRICS + "; version=1.0.0; charset=utf-8"
                : "text/plain; version=0.0.4; charset=utf-8";
    }
}
