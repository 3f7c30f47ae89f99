// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media;

import java.util.List;

/**
 * How much work a child may do, and in which company: short and long work wait in queues of their own, so that nobody's small
 * film is stuck behind long ones, and children of both give way to the process that runs the models.
 */
enum Lane {
    /** A second of processor time. A child that needs more is begun again in the other lane. */
    SHORT(Runtime.getRuntime().availableProcessors(), 5, 1),
    /** Ten seconds, for one child on every second processor. */
    LONG(Math.max(1, Runtime.getRuntime().availableProcessors() / 2), 15, 10);

    private final int places;
    private final int niceness;
    private final int cpuSeconds;

    Lane(int places, int niceness, int cpuSeconds) {
        this.places = places;
        this.niceness = niceness;
        this.cpuSeconds = cpuSeconds;
    }

    Turns turns() {
        return new Turns(places);
    }

    /** What a child's command begins with. 500 MB is the least that starts; the address space is counted, not what is touched. */
    List<String> fence() {
        return List.of("nice", "-n", String.valueOf(niceness), "prlimit", "--as=1000000000", "--cpu=" + cpuSeconds,
                "--fsize=0", "--core=0", "--");
    }
}
