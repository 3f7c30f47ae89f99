// SPDX-License-Identifier: Apache-2.0
package anymesh.bench;

import anymesh.cli.EmbeddedMesh;
import anymesh.kit.model.TextTokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;

/**
 * One text-to-image request through the embedded mesh, HTTP and PNG included, against the same graphs in a bare loop.
 * Argument: rounds (default 31). Prints a line of Markdown.
 */
final class PathBench {
    private static final String PROMPT = "draw a small red bell at the top left by day";
    private static final int STEPS = 20;

    private PathBench() {}

    static void run(Path home, int rounds) throws Exception {
        var models = home.resolve("models/toyworld");
        try (var mesh = EmbeddedMesh.start(home, 0);
                var client = new MeshClient(mesh.url());
                var bare = new BareLoop(models, 0)) {
            var prompt = prompt(models.resolve("backbone/tokenizer.json"));
            var options = Map.<String, Object>of("seed", 1, "temperature", 0);
            int tokens = client.ask(PROMPT, options).path("usage").path("completion_tokens").asInt();
            int bareTokens = bare.answer(prompt, STEPS);
            if (Math.abs(tokens - bareTokens) > 1) {
                throw new IllegalStateException(
                        "the mesh wrote %d tokens, the bare loop %d".formatted(tokens, bareTokens));
            }
            var times = Medians.of(rounds, Medians.millis(() -> client.ask(PROMPT, options)),
                    Medians.millis(() -> bare.answer(prompt, STEPS)));
            System.out.printf(
                    "| whole path, text to image | %.1f ms through the mesh, %.1f ms bare | %.3f× | ≤ 1.10× |%n",
                    times.median(0), times.median(1), times.ratio(0, 1));
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
