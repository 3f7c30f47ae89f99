// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.supervise;

import java.time.Duration;

/**
 * How long to wait before a process is started again: {@code first} after its first end, twice as long after each more, at
 * most {@code longest}. A process that ran for {@code healthy} begins anew.
 */
public record Backoff(Duration first, Duration longest, Duration healthy) {

    /** Half a second, at most 30; a minute is healthy. */
    public static Backoff defaults() {
        return new Backoff(Duration.ofMillis(500), Duration.ofSeconds(30), Duration.ofMinutes(1));
    }

    /** How many ends in a row this makes, after {@code before} of them and a run of this length. */
    int failures(int before, Duration ran) {
        return ran.compareTo(healthy) >= 0 ? 1 : before + 1;
    }

    Duration pause(int failures) {
        var pause = first;
        for (int i = 1; i < failures && pause.compareTo(longest) < 0; i++) {
            pause = pause.multipliedBy(2);
        }
        return pause.compareTo(longest) < 0 ? pause : longest;
    }
}
