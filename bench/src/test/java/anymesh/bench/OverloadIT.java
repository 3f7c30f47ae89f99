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
            assertThat(overload.others()).as("all were made or refused").isEmpty();
            assertThat(overload.refusal()).as("refusals, of a picture's time").isLessThan(0.1);
            assertThat(overload.kept()).as("pictures within what was forecast").isGreaterThan(0.95);
            assertThat(overload.made()).as("the mesh is as busy as without refusals: %s", overload)
                    .isGreaterThan((int) (0.8 * overload.rate() * TIME.toSeconds()));
            assertThat(overload.refused()).isGreaterThan(overload.made());
        }
    }
}
