// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/**
 * {@code compose.yaml} as it is published, with {@code compose.local.yaml} over it: Consul's image is a local one, and those of
 * Prometheus, Grafana and Jaeger, which only a registry has, are left out. Run by podman-compose.
 */
@Timeout(value = 600, threadMode = ThreadMode.SEPARATE_THREAD)
final class ComposeIT {
    private static final Duration START = Duration.ofMinutes(3);

    @Test
    void theMeshComesUpAndAnswersInEveryModality() throws Exception {
        Images.buildConsul();
        Images.build();
        int port = freePort();
        compose(port, "up", "-d");
        try (var client = new MeshClient("http://127.0.0.1:" + port)) {
            await().atMost(START).ignoreExceptions().untilAsserted(
                    () -> assertThat(client.chat("hello", Map.of("temperature", 0)).status()).isEqualTo(200));
            assertThat(MeshClient.pictures(client.chat("draw a red bell", Map.of("seed", 1)))).hasSize(1);
            var both = client.chat("film a red bell flying left and let me hear it", Map.of("seed", 1));
            assertThat(both.status()).as(both.body().toString()).isEqualTo(200);
            assertThat(both.body().findValuesAsText("type")).contains("video_url", "input_audio");
        } catch (AssertionError e) {
            throw new AssertionError(compose(port, "logs", "--tail", "40"), e);
        } finally {
            compose(port, "down", "-t", "40");
        }
    }

    private static String compose(int port, String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("-m", "podman_compose", "-p", "anymesh-it", "-f", "compose.yaml", "-f",
                "compose.local.yaml"));
        command.addAll(List.of(arguments));
        var builder = Python.command(command.toArray(String[]::new));
        builder.environment().putAll(Map.of("ANYMESH_VERSION", Images.TAG, "ANYMESH_PORT", String.valueOf(port),
                "OTEL_EXPORTER_OTLP_ENDPOINT", ""));
        var process = builder.redirectErrorStream(true).start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
