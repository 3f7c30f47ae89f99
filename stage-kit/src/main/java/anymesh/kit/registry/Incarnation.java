// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.registry;

import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Tells apart the processes that had one instance's name, and says which of them began later: a UUID of version 7 (RFC
 * 9562), whose text sorts by the time of its making.
 */
public final class Incarnation {
    private static final long VERSION = 7L << 12;
    private static final long VARIANT = 2L << 62;

    private Incarnation() {}

    /** Another one for each call. */
    public static String begin() {
        return at(System.currentTimeMillis());
    }

    static String at(long epochMillis) {
        var random = ThreadLocalRandom.current();
        return new UUID(epochMillis << 16 | VERSION | random.nextInt(1 << 12),
                VARIANT | random.nextLong() >>> 2).toString();
    }

    /** Whether one began before another one; false if either did not say when. */
    public static boolean isEarlier(StageInstance one, StageInstance other) {
        var first = one.description().getIncarnation();
        var second = other.description().getIncarnation();
        return !first.isEmpty() && !second.isEmpty() && first.compareTo(second) < 0;
    }
}
