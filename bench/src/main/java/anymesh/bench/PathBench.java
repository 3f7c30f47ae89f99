// SPDX-License-Identifier: Apache-2.0
package anymesh.bench;

import anymesh.bench.BareLoop.Drawing;
import anymesh.cli.EmbeddedMesh;
import anymesh.cli.settings.ServiceSettings;
import anymesh.kit.registry.InMemoryStageRegistry;
import anymesh.kit.store.InMemoryMeshStore;
import anymesh.kit.model.TextTokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One text-to-image request through the embedded mesh, HTTP and PNG included, against the same graphs in a bare loop.
 * Argument: rounds (default 31). Prints a line of Markdown.
 */
final class PathBench {
    private static final String PROMPT = "draw a small red bell at the top left by day";
    private static final List<Drawing> DRAWINGS = List.of(new Drawing("generator-image", 2, false),
            new Drawing("generator-image-2.0.0", 20, true));

    private PathBench() {}

    static void run(Path home, int rounds) throws Exception {
        for (var drawing : DRAWINGS) {
            run(home, drawing, rounds);
        }
    }

    private static void run(Path home, Drawing drawing, int rounds) throws Exception {
        var models = home.resolve("models/toyworld");
        var config = Files.createTempDirectory("path-bench");
        Files.writeString(config.resolve("generator-image.yaml"),
                "stage:\n  bundle: %s\n".formatted(models.resolve(drawing.bundle())));
        try (var mesh = EmbeddedMesh.start(home, 0, new ServiceSettings(config, Map.of()), new InMemoryStageRegistry(),
                new InMemoryMeshStore());
                var client = new MeshClient(mesh.url());
                var bare = new BareLoop(models, drawing, 0)) {
            var prompt = prompt(models.resolve("backbone/tokenizer.json"));
            var options = Map.<String, Object>of("seed", 1, "temperature", 0);
            int tokens = client.ask(PROMPT, options).path("usage").path("completion_tokens").asInt();
            int bareTokens = bare.answer(prompt);
            if (Math.abs(tokens - bareTokens) > 1) {
                throw new IllegalStateException(
                        "the mesh wrote %d tokens, the bare loop %d".formatted(tokens, bareTokens));
            }
            var times = Medians.of(rounds, Medians.millis(() -> client.ask(PROMPT, options)),
                    Medians.millis(() -> bare.answer(prompt)));
            System.out.printf(
                    "| whole path, text to image, %s | %.1f ms through the mesh, %.1f ms bare | %.3f× | ≤ 1.10× |%n",
                    drawing.guided() ? "20 guided steps" : "2 steps", times.median(0), times.median(1),
                    times.ratio(0, 1));
        }
    }

    /** The prompt as the backbone builds it: each piece tokenized by itself. */
    private static long[] prompt(Path tokenizerFile) {
        try (var tokenizer = TextTokenizer.load(tokenizerFile)) {
            var ids = new ArrayList<Long>();
            for (var piece : new String[]{"<s>", "<|user|>", PROMPT, "<|end|>", "<|assistant|>"}) {
                for (long id : tokenizer.encode(piece)) {
                    ids.add(id);
                }
            }
            return ids.stream().mapToLong(Long::longValue).toArray();
        }
    }
}
