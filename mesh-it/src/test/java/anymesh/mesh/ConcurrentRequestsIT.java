// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.cli.EmbeddedMesh;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What one caller gets doesn't depend on who else is there; see {@code at_once.py}. */
final class ConcurrentRequestsIT {

    @Test
    void sixtyFourAtOnceOfEveryKindGetWhatEachGetsAlone() throws Exception {
        try (var mesh = EmbeddedMesh.start(Python.ROOT, 0)) {
            var counted = MeshClient.JSON.readTree(Python.run("mesh-it/src/test/python/at_once.py", mesh.url()));
            assertThat(counted.path("wrong")).as(counted.toPrettyString()).isEmpty();
            assertThat(counted.path("asked").asInt()).isEqualTo(64);
            for (var kind : List.of("image", "audio", "video")) {
                assertThat(counted.path("made").path(kind).asInt()).as(kind + " that was made").isPositive();
            }
            for (var kind : List.of("image_url", "input_audio", "video_url")) {
                assertThat(counted.path("given").path(kind).asInt()).as(kind + " that was given").isPositive();
            }
        }
    }
}
