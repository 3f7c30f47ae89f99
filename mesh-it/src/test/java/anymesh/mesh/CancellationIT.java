// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.cli.EmbeddedMesh;
import anymesh.cli.settings.ServiceSettings;
import anymesh.kit.registry.InMemoryStageRegistry;
import anymesh.kit.store.InMemoryMeshStore;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client that goes away stops the diffusion that was made for it. */
final class CancellationIT {
    private static final int STEPS = 20;

    @TempDir
    private Path config;

    @Test
    void aDiffusionStopsMidwayWhenItsClientGoesAway() throws Exception {
        Files.writeString(config.resolve("generator-image.yaml"),
                "stage:\n  bundle: %s\n".formatted(Python.ROOT.resolve("models/toyworld/generator-image-2.0.0")));
        try (var mesh = EmbeddedMesh.start(Python.ROOT, 0, new ServiceSettings(config, Map.of()),
                new InMemoryStageRegistry(), new InMemoryMeshStore()); var client = new MeshClient(mesh.url())) {
            MeshClient.pictures(client.chat("draw a red bell", Map.of("seed", 1)));
            double before = stepsDone(mesh);
            LeavingClient.leaveAt("\"progress\"", mesh.port(), "draw a green star");
            // If the first one went on, it would share every batch with this one and end before it.
            assertThat(MeshClient.pictures(client.chat("draw a blue cat", Map.of("seed", 2)))).hasSize(1);
            assertThat(stepsDone(mesh) - before).isBetween(STEPS + 1.0, 2.0 * STEPS - 1);
        }
    }

    /** What the generator has counted, one for each picture at each step. */
    private static double stepsDone(EmbeddedMesh mesh) throws Exception {
        var generator = mesh.registry().snapshot().stream()
                .filter(instance -> instance.service().equals("generator-image")).findFirst().orElseThrow();
        try (var http = HttpClient.newHttpClient()) {
            var uri = URI.create("http://127.0.0.1:%d/metrics".formatted(generator.httpPort()));
            var metrics = http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofLines());
            return metrics.body().filter(line -> line.startsWith("anymesh_denoising_steps_total"))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ')))).sum();
        }
    }
}
