// SPDX-License-Identifier: Apache-2.0
package anymesh.bench;

import anymesh.kit.batch.BatchPolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Pictures a second with one, two and four generators of a simulated device, all else real: a picture takes a second and
 * four share a batch, so that one instance can make four a second.
 */
final class ScalingBench {
    private static final int[] INSTANCES = {1, 2, 4};
    private static final int CALLERS = 48;
    private static final int STEPS = 20;
    private static final BatchPolicy BATCH = new BatchPolicy(256, 4);
    private static final Duration STEP = Duration.ofMillis(50);
    /** An instance that is new comes to its full share over ten seconds. */
    private static final Duration WARM = Duration.ofSeconds(12);
    private static final Duration TIME = Duration.ofSeconds(10);

    private ScalingBench() {}

    /** What so many instances came to. */
    record Row(int instances, double picturesPerSecond, double ratio) {
        @Override
        public String toString() {
            return "| %d | %.1f | %.2f× |".formatted(instances, picturesPerSecond, ratio);
        }
    }

    static void run(Path home) throws Exception {
        System.out.println("| generators | pictures/s | against one |\n|---|---|---|");
        measure(home).forEach(System.out::println);
    }

    static List<Row> measure(Path home) throws Exception {
        var rows = new ArrayList<Row>();
        try (var mesh = new SimulatedMesh(home); var client = new MeshClient(mesh.url())) {
            int there = 0;
            for (int instances : INSTANCES) {
                for (; there < instances; there++) {
                    mesh.add(BATCH, STEPS, SimulatedGenerator.Device.taking(STEP));
                }
                double rate = picturesPerSecond(client);
                rows.add(new Row(instances, rate, rows.isEmpty() ? 1 : rate / rows.getFirst().picturesPerSecond()));
            }
        }
        return rows;
    }

    /** Each caller asks again when it is answered; what is answered between {@link #WARM} and the end counts. */
    private static double picturesPerSecond(MeshClient client) throws Exception {
        long begin = System.nanoTime() + WARM.toNanos();
        long end = begin + TIME.toNanos();
        long answered = Callers.sum(CALLERS, end, (_, _) -> {
            client.ask("draw a red bell", Map.of("temperature", 0));
            long now = System.nanoTime();
            return now - begin >= 0 && now - end < 0 ? 1 : 0;
        });
        return answered / (double) TIME.toSeconds();
    }
}
