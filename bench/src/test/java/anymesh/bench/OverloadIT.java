// SPDX-License-Identifier: Apache-2.0
package anymesh.bench;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.kit.batch.BatchPolicy;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Ten times as many pictures asked for as there is time for, with a device that needs none of this machine. */
final class OverloadIT {
    private static final int TOGETHER = 4;
    private static final int STEPS = 10;
    private static final Duration STEP = Duration.ofMillis(50);
    private static final Duration TIME = Duration.ofSeconds(8);

    @Test
    void theExcessIsRefusedAtOnceAndTheRestIsMadeInItsTime() throws Exception {
        var batch = new BatchPolicy(256, TOGETHER);
        try (var mesh = new SimulatedMesh(Path.of(System.getProperty("anymesh.root")));
                var client = new PicturesClient(mesh.url())) {
            mesh.add(batch, STEPS, SimulatedGenerator.Device.taking(STEP));
            var overload = OverloadBench.measure(client, TOGETHER, TIME);
            System.out.println(overload);
            // By shape, not by the clock, which belongs to whoever else is on this machine: `bench/run overload` has the figures.
            int all = overload.replies().size();
            assertThat(overload.others().size()).as("neither made nor refused, of %d", all).isLessThan(all / 10);
            assertThat(overload.refused()).as("refused, of %d", all).isGreaterThan(all / 2);
            assertThat(overload.refusal(50)).as("refusals wait for no picture").isLessThan(0.5);
            assertThat(overload.made()).as("the mesh does not do less for being asked for more")
                    .isGreaterThan((int) (0.5 * overload.rate() * TIME.toSeconds()));
            assertThat(overload.kept()).as("pictures within what was forecast").isGreaterThan(0.7);
        }
    }
}
