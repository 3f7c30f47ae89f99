// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media;

import java.time.Duration;
import java.util.List;

/**
 * How much work a child may do, and in which company. Each lane has places and a queue of its own, so that nobody's small film is
 * stuck behind long ones, and long work gives way to all other processes of the machine.
 */
enum Lane {
    /** Little, by a stranger's file. A child that needs more is begun again among the long ones. */
    SHORT(Runtime.getRuntime().availableProcessors(), 0, Duration.ofMillis(300), Duration.ofSeconds(20)),
    /** Much, by a stranger's file: one child on every second processor. */
    LONG(Math.max(1, Runtime.getRuntime().availableProcessors() / 2), 10, Duration.ofSeconds(10),
            Duration.ofMinutes(1)),
    /** What the mesh has made and writes as a file. */
    OWN(Runtime.getRuntime().availableProcessors(), 0, Duration.ofSeconds(10), Duration.ofSeconds(20));

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

    MediaRoom room() {
        return MediaRoom.ofPlaces(places);
    }

    /** Of a processor, after which a child is killed. */
    Duration processorTime() {
        return processorTime;
    }

    /** By the clock, after which a child is killed. */
    Duration time() {
        return time;
    }

    /**
     * What a child's command begins with. 500 MB is the least that starts; the address space is counted, not what is touched.
     * The fence counts processor time in whole seconds.
     */
    List<String> fence() {
        return List.of("nice", "-n", String.valueOf(niceness), "prlimit", "--as=1000000000",
                "--cpu=" + Math.max(1, processorTime.toSeconds()), "--fsize=0", "--core=0", "--");
    }
}
