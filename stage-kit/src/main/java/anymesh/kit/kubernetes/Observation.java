// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.kubernetes;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether a Lease's holder is dead. The clocks of two machines may differ, so it is one that has not changed for
 * its time while it was looked at here; or, for those who have no patience to look, one whose last renewal is so long ago
 * that the clocks would have to differ by {@link #CLOCKS_DIFFER}. Belongs to one thread.
 */
final class Observation {
    private static final Duration CLOCKS_DIFFER = Duration.ofSeconds(10);
    private static final long MARGIN_NANOS = TimeUnit.SECONDS.toNanos(1);

    private @Nullable LeaseSpec seen;
    private long since;

    boolean isDead(Lease lease) {
        return isDead(lease.getSpec(), System.nanoTime(), Instant.now());
    }

    boolean isDead(LeaseSpec spec, long nanos, Instant clock) {
        if (!spec.equals(seen)) {
            seen = spec;
            since = nanos;
        }
        var seconds = spec.getLeaseDurationSeconds();
        var ttl = seconds == null ? Leases.TTL : Duration.ofSeconds(seconds);
        var renewed = spec.getRenewTime();
        return spec.getHolderIdentity() == null || nanos - since > ttl.toNanos() + MARGIN_NANOS
                || (renewed != null && renewed.toInstant().plus(ttl).plus(CLOCKS_DIFFER).isBefore(clock));
    }
}
