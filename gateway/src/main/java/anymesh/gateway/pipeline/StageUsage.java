// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

import anymesh.gateway.client.Served;
import anymesh.gateway.routing.Hop;
import anymesh.v1.StageTimings;
import java.util.concurrent.TimeUnit;

/**
 * What one step cost: wall time as the gateway saw it, other instances that failed at it included; and of the instance
 * that did it its own account, and the bytes of media and embeddings that went either way.
 *
 * @param cached how many media needed no step, as its outcome was kept; then nobody did anything else
 */
public record StageUsage(Served served, double milliseconds, StageTimings timings, long bytes, int cached) {

    /** A step that so many media did not need. */
    static StageUsage cached(Hop hop, int media) {
        return new StageUsage(new Served(hop, ""), 0, StageTimings.getDefaultInstance(), 0, media);
    }

    public boolean isCached() {
        return cached > 0;
    }

    /** A call that is under way. */
    record Started(long nanos, long bytesSent) {
        static Started now(long bytesSent) {
            return new Started(System.nanoTime(), bytesSent);
        }

        StageUsage ended(Served served, StageTimings timings, long bytesReceived) {
            double millis = (System.nanoTime() - nanos) / (double) TimeUnit.MILLISECONDS.toNanos(1);
            return new StageUsage(served, millis, timings, bytesSent + bytesReceived, 0);
        }
    }
}
