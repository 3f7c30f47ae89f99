// SPDX-License-Identifier: Apache-2.0
package anymesh.bench;

import anymesh.cli.EmbeddedMesh;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Tokens a second of sixteen callers at once against one alone, through the gateway; each asks again when answered. */
final class StreamsBench {
    private static final int STREAMS = 16;
    private static final Duration TIME = Duration.ofSeconds(2);
    private static final List<String> QUESTIONS = List.of("which things do you know?", "draw a red bell", "hello",
            "draw a small blue cat at the top left by day");

    private StreamsBench() {}

    static void run(Path home, int rounds) throws Exception {
        try (var mesh = EmbeddedMesh.start(home, 0); var client = new MeshClient(mesh.url())) {
            var rates = Medians.of(rounds, () -> tokensPerSecond(client, STREAMS), () -> tokensPerSecond(client, 1));
            System.out.printf("| backbone, %d streams at once | %.0f tokens/s, alone %.0f | %.2f× | ≥ 3.8× |%n",
                    STREAMS,
                    rates.median(0), rates.median(1), rates.ratio(0, 1));
        }
    }

    private static double tokensPerSecond(MeshClient client, int callers) throws Exception {
        long start = System.nanoTime();
        long tokens = Callers.sum(callers, start + TIME.toNanos(), (caller, times) -> {
            var options = Map.<String, Object>of("modalities", List.of("text"), "temperature", 0);
            var answer = client.ask(QUESTIONS.get((caller + times) % QUESTIONS.size()), options);
            return answer.path("usage").path("completion_tokens").asLong();
        });
        return tokens * 1e9 / (System.nanoTime() - start);
    }
}
