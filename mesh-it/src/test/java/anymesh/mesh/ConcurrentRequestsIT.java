// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.cli.EmbeddedMesh;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What one caller gets doesn't depend on who else is there. */
final class ConcurrentRequestsIT {
    private static final int REQUESTS = 64;
    private static final List<String> THINGS = List.of("bell", "drum", "bird", "siren", "car", "clock", "phone", "cat");
    private static final List<String> COLOURS = List.of("red", "orange", "yellow", "green", "cyan", "blue", "purple",
            "pink");

    @Test
    void sixtyFourAtOnceGetWhatEachGetsAlone() throws Exception {
        try (var mesh = EmbeddedMesh.start(Python.ROOT, 0);
                var client = new MeshClient(mesh.url());
                var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            var together = callers.invokeAll(IntStream
                    .range(0, REQUESTS).<Callable<MeshClient.Reply>>mapToObj(i -> () -> ask(client, i)).toList());
            for (int i = 0; i < REQUESTS; i++) {
                assertSame(together.get(i), ask(client, i), i);
            }
        }
    }

    private static MeshClient.Reply ask(MeshClient client, int i) throws Exception {
        var prompt = "draw a %s %s".formatted(COLOURS.get(i / THINGS.size()), THINGS.get(i % THINGS.size()));
        return client.chat(prompt, Map.of("seed", i, "temperature", 0.7));
    }

    private static void assertSame(Future<MeshClient.Reply> together, MeshClient.Reply alone, int i) throws Exception {
        var crowd = together.get();
        assertThat(MeshClient.text(crowd)).as("text %d", i).isEqualTo(MeshClient.text(alone));
        var pictures = MeshClient.pictures(crowd);
        assertThat(pictures).as("pictures of %d: %s", i, MeshClient.text(crowd)).hasSize(1);
        assertThat(MeshClient.difference(pictures.getFirst(), MeshClient.pictures(alone).getFirst()))
                .as("picture %d", i).isLessThanOrEqualTo(2);
    }
}
