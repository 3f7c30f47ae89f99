// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

import anymesh.gateway.routing.Hop;
import anymesh.v1.StageTimings;
import java.util.concurrent.TimeUnit;

/**
 * What one call to a stage cost: wall time as the gateway saw it, the stage's own account of it, and the bytes of media
 * and embeddings that went either way.
 */
public record StageUsage(Hop hop, double milliseconds, StageTimings timings, long bytes) {

    /** A call that is under way. */
    record Started(Hop hop, long nanos, long bytesSent) {
        static Started now(Hop hop, long bytesSent) {
            return new Started(hop, System.nanoTime(), bytesSent);
        }

        StageUsage ended(StageTimings timings, long bytesReceived) {
            double millis = (System.nanoTime() - nanos) / (double) TimeUnit.MILLISECONDS.toNanos(1);
            return new StageUsage(hop, millis, timings, bytesSent + bytesReceived);
        }
    }
}
