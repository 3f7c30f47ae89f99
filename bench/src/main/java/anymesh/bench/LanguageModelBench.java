// SPDX-License-Identifier: Apache-2.0
package anymesh.bench;

import anymesh.bench.Medians.Measurement;
import anymesh.cli.EmbeddedMesh;
import anymesh.cli.settings.ServiceSettings;
import anymesh.kit.model.OnnxEnvironment;
import anymesh.kit.registry.InMemoryStageRegistry;
import anymesh.kit.store.InMemoryMeshStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/**
 * Tokens a second of SmolLM2-135M, one answer and eight at once: through the mesh, by llama.cpp's Python package, and of the bare
 * graph; and how fast memory can be read. What {@code bench/lm/setup} made is taken.
 */
final class LanguageModelBench {
    private static final int STREAMS = 8;
    private static final int TOKENS = 64;
    /** Which are answered at length; with the template's system text, prompts of 35 to 43 tokens. */
    private static final List<String> QUESTIONS = List.of("Tell me a long story about a lighthouse.",
            "Explain in detail how a bicycle works.", "Describe a walk through an old city.",
            "Write an essay about the history of bread.", "How do bees make honey? Explain every step.",
            "Tell me about the planets of our solar system.", "Write a long letter to a friend about the sea.",
            "Explain how to grow tomatoes in a garden.");

    private LanguageModelBench() {}

    /** Weights that are compared with each other, and whose files they are. */
    private record Precision(String name, String... ggufs) {}

    private static final List<Precision> PRECISIONS = List.of(new Precision("fp32", "F32"),
            new Precision("int8", "Q8_0"), new Precision("int4", "Q4_0", "Q4_1"));

    /** @param names of precisions; none for all */
    static void run(Path home, int rounds, List<String> names) throws Exception {
        System.out.println(
                "| weights | by | one answer, tokens/s | Anymesh is | eight, tokens/s | Anymesh is | GB/s of weights, one answer |");
        System.out.println("|---|---|---|---|---|---|---|");
        for (var precision : PRECISIONS.stream().filter(one -> names.isEmpty() || names.contains(one.name()))
                .toList()) {
            run(home, precision, rounds);
        }
    }

    /** SmolLM2 as {@code bench/lm/setup} exported it: fp32, int8 or int4. */
    static Path bundle(String precision) {
        return OnnxEnvironment.cache().resolve("smollm2/bundle-" + precision);
    }

    private static void run(Path home, Precision precision, int rounds) throws Exception {
        var bundle = bundle(precision.name());
        var installed = new LlamaCpp.Installed(OnnxEnvironment.cache().resolve("llama-venv"), home);
        int threads = Runtime.getRuntime().availableProcessors();
        long weights = Files.size(bundle.resolve("model.onnx.data"));
        try (var opened = new Opened()) {
            var settings = ServiceSettings.none().withBundles(Map.of("backbone", bundle));
            var mesh = opened
                    .with(EmbeddedMesh.start(home, 0, settings, new InMemoryStageRegistry(), new InMemoryMeshStore()));
            var rows = new ArrayList<Row>();
            rows.add(asked("Anymesh", opened.with(new MeshClient(mesh.url(), "smollm2")), weights));
            for (var kind : precision.ggufs()) {
                var gguf = OnnxEnvironment.cache().resolve("smollm2/SmolLM2-135M-Instruct.%s.gguf".formatted(kind));
                long bytes = Files.size(gguf);
                var plain = opened.with(installed.server(gguf, threads));
                rows.add(asked("llama.cpp " + kind + ", its server",
                        opened.with(new MeshClient(plain.url(), "smollm2")), bytes));
                var batching = opened.with(installed.batchingServer(gguf, threads, STREAMS));
                rows.add(asked("llama.cpp " + kind + ", its example's batching server",
                        opened.with(new MeshClient(batching.url(), "smollm2")), bytes));
                var batch = opened.with(installed.batch(gguf, threads));
                rows.add(new Row("llama.cpp " + kind + ", its batches without a server", batched(batch, 1),
                        batched(batch, STREAMS), bytes));
            }
            var bare = opened.with(new BareDecoder(bundle, threads, STREAMS * 256, 64, true));
            rows.add(new Row("the bare graph", () -> TOKENS / bare.seconds(1, 40, TOKENS),
                    () -> STREAMS * TOKENS / bare.seconds(STREAMS, 40, TOKENS), weights));
            var memory = new ReadSpeed(weights, threads);
            print(precision, rows, memory, rounds);
        }
    }

    /** One who is measured. */
    private record Row(String name, Measurement one, Measurement eight, long bytes) {}

    /** What is closed when all is measured, last first. */
    private static final class Opened implements AutoCloseable {
        private final Deque<AutoCloseable> all = new ArrayDeque<>();

        <T extends AutoCloseable> T with(T resource) {
            all.push(resource);
            return resource;
        }

        @Override
        public void close() {
            for (AutoCloseable resource; (resource = all.poll()) != null;) {
                try {
                    resource.close();
                } catch (Exception e) {
                    throw new IllegalStateException(resource + " could not be closed", e);
                }
            }
        }
    }

    private static Row asked(String name, MeshClient client, long bytes) {
        return new Row(name, overHttp(client, 1), overHttp(client, STREAMS), bytes);
    }

    private static Measurement overHttp(MeshClient client, int callers) {
        var turn = new int[1];
        return () -> {
            int first = turn[0]++; // another question each time: llama.cpp remembers the last one's prompt
            long start = System.nanoTime();
            long tokens = Callers.once(callers, (caller, _) -> {
                var options = Map.<String, Object>of("temperature", 0, "max_tokens", TOKENS);
                var answer = client.ask(QUESTIONS.get((caller + first) % QUESTIONS.size()), options);
                return answer.path("usage").path("completion_tokens").asLong();
            });
            return tokens * 1e9 / (System.nanoTime() - start);
        };
    }

    private static Measurement batched(LlamaCpp llama, int rows) {
        var turn = new int[1];
        return () -> {
            int first = turn[0]++;
            var questions = new ArrayList<String>();
            for (int row = 0; row < rows; row++) {
                questions.add(QUESTIONS.get((row + first) % QUESTIONS.size()));
            }
            var answers = llama.answers(questions, TOKENS);
            return answers.path("tokens").asLong() / answers.path("seconds").asDouble();
        };
    }

    private static void print(Precision precision, List<Row> rows, ReadSpeed memory, int rounds) throws Exception {
        var measurements = new ArrayList<Measurement>();
        rows.forEach(row -> measurements.addAll(List.of(row.one(), row.eight())));
        measurements.add(memory::gigabytesPerSecond);
        var medians = Medians.of(rounds, measurements.toArray(Measurement[]::new));
        for (int i = 0; i < rows.size(); i++) {
            var row = rows.get(i);
            System.out.printf("| %s | %s | %.1f | %s | %.1f | %s | %.1f |%n", precision.name(), row.name(),
                    medians.median(2 * i),
                    ratio(medians, 0, 2 * i), medians.median(2 * i + 1), ratio(medians, 1, 2 * i + 1),
                    medians.median(2 * i) * row.bytes() / 1e9);
        }
        System.out.printf("| %s | reading %d MB | | | | | %.1f |%n", precision.name(),
                rows.getFirst().bytes() / 1_000_000,
                medians.median(2 * rows.size()));
    }

    private static String ratio(Medians medians, int anymesh, int other) {
        return anymesh == other ? "" : "%.2f× as fast".formatted(medians.ratio(anymesh, other));
    }
}
