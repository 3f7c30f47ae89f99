// SPDX-License-Identifier: Apache-2.0
package anymesh.bench;

import anymesh.cli.EmbeddedMesh;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;

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
            System.out.printf("| backbone, %d streams at once | %.0f tokens/s, alone %.0f | %.2f× | ≥ 3× |%n", STREAMS,
                    rates.median(0), rates.median(1), rates.ratio(0, 1));
        }
    }

    private static double tokensPerSecond(MeshClient client, int callers) throws Exception {
        long start = System.nanoTime();
        long end = start + TIME.toNanos();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var tasks = new ArrayList<Callable<Long>>();
            for (int caller = 0; caller < callers; caller++) {
                int first = caller;
                tasks.add(() -> tokensUntil(client, end, first));
            }
            long tokens = 0;
            for (var answered : threads.invokeAll(tasks)) {
                tokens += answered.get();
            }
            return tokens * 1e9 / (System.nanoTime() - start);
        }
    }

    private static long tokensUntil(MeshClient client, long end, int first) throws Exception {
        long tokens = 0;
        for (int i = first; System.nanoTime() - end < 0; i++) {
            var options = Map.<String, Object>of("modalities", List.of("text"), "temperature", 0);
            var answer = client.ask(QUESTIONS.get(i % QUESTIONS.size()), options);
            tokens += answer.path("usage").path("completion_tokens").asLong();
        }
        return tokens;
    }
}
