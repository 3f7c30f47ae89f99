// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.store;

import java.util.concurrent.ThreadLocalRandom;

/** Pauses before Consul, or a cluster's API server, is asked again: twice as long each time, and never the same for all who wait. */
public final class Backoff {
    private static final long FIRST_MILLIS = 100;
    private static final long LAST_MILLIS = 3_000;

    private Backoff() {}

    /** After so many failures in a row. */
    public static long millis(int failures) {
        long most = Math.min(LAST_MILLIS, FIRST_MILLIS << Math.min(failures, 10));
        return most / 2 + ThreadLocalRandom.current().nextLong(most / 2 + 1);
    }
}
