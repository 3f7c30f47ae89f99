// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media;

import java.time.Duration;
import java.util.List;

/**
 * How much work a child may do, and in which company: short and long work wait in queues of their own, so that nobody's small
 * film is stuck behind long ones, and long work gives way to all other processes of the machine.
 */
enum Lane {
    /** A second of processor time. A child that needs more is begun again in the other lane. */
    SHORT(Runtime.getRuntime().availableProcessors(), 0, Duration.ofSeconds(1), Duration.ofSeconds(20)),
    /** Ten seconds, for one child on every second processor. */
    LONG(Math.max(1, Runtime.getRuntime().availableProcessors() / 2), 10, Duration.ofSeconds(10),
            Duration.ofMinutes(1));

    private final int places;
    private final int niceness;
    private final Duration processorTime;
    private final Duration time;

    Lane(int places, int niceness, Duration processorTime, Duration time) {
        this.places = places;
        this.niceness = niceness;
        this.processorTime = processorTime;
        this.time = time;
    }

    Turns turns() {
        return new Turns(places);
    }

    /** After which a child is killed, whatever it does. */
    Duration time() {
        return time;
    }

    /** What a child's command begins with. 500 MB is the least that starts; the address space is counted, not what is touched. */
    List<String> fence() {
        return List.of("nice", "-n", String.valueOf(niceness), "prlimit", "--as=1000000000",
                "--cpu=" + processorTime.toSeconds(), "--fsize=0", "--core=0", "--");
    }
}
