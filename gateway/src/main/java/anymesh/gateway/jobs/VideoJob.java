// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.jobs;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A job as it stands in the database.
 *
 * @param owner as in {@link NewJob}
 * @param size as it was asked for or will be; {@code auto} where that is not known yet
 * @param seconds how long the film is or will be, as a decimal number; 0 where that is not known yet
 * @param progress percent
 * @param attempt how often it was begun
 * @param failures how often an attempt was put off for want of capacity
 * @param deaths how often an attempt ended because nothing more was heard of it
 * @param expiresAt when what it made is deleted; null until it has ended
 * @param error if it failed
 * @param media what it made, if it is completed
 * @param traceparent as in {@link NewJob}; null if a gateway of an earlier version made it
 */
public record VideoJob(String id, String owner, VideoOrder order, JobState state, String size, String seconds,
        int progress,
        long attempt, long failures, long deaths, Instant createdAt, @Nullable Instant completedAt,
        @Nullable Instant expiresAt,
        @Nullable JobError error, Map<Variant, StoredMedium> media, @Nullable String traceparent) {
    public VideoJob {
        media = Map.copyOf(media);
    }

    /** What whoever began its last attempt writes with. */
    public Lease lease() {
        return new Lease(id, attempt);
    }
}
