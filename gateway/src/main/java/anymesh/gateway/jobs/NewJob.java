// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.jobs;

import java.util.UUID;

/**
 * A job that is to be.
 *
 * @param owner whose it is; empty where callers are not told apart
 * @param size what {@link VideoJob#size} says until it is made; likewise {@code seconds}
 * @param traceparent the place of its request in a trace
 */
public record NewJob(String id, String owner, VideoOrder order, String size, String seconds, String traceparent) {
    /** An id that no job has. */
    public static String newId() {
        return "video_" + UUID.randomUUID().toString().replace("-", "");
    }
}
