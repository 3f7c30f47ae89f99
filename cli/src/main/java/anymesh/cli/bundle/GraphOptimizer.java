// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.bundle;

import anymesh.cli.settings.Home;
import anymesh.kit.model.BundleException;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** ONNX Runtime's own optimizers of graphs, which are Python: {@code models/optimize/run}, that makes its environment if there is none. */
final class GraphOptimizer {
    private static final JsonMapper JSON = new JsonMapper();

    /** How weights are stored afterwards. */
    enum Weights {
        int8, int4, fp16
    }

    /**
     * What was done to a graph.
     *
     * @param done such as {@code 4 RotaryEmbedding}; empty if nothing was gained, and there is no other graph then
     * @param lowered whether weights are stored as asked for; they are not where they would take no less room
     * @param off how far what it gives for made-up inputs is from what the graph gave, |made − expected| / |expected| of the farthest
     *        output; null if no inputs were found that the graph takes
     * @param speed how many times as fast as the graph it ran then, on one thread
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Outcome(List<String> done, boolean lowered, @Nullable Double off, @Nullable Double speed) {
        Outcome {
            done = List.copyOf(done);
        }

        /** For a person. */
        @Override
        public String toString() {
            if (done.isEmpty()) {
                return "as it is: nothing is gained";
            }
            var all = String.join(", ", done);
            return off == null
                    ? all + "; what it gives could not be compared"
                    : all + "; %.2f times as fast here, off by %.1g".formatted(speed, off);
        }
    }

    private final @Nullable Weights weights;
    private volatile @Nullable Process running;

    GraphOptimizer(@Nullable Weights weights) {
        this.weights = weights;
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            var process = running;
            if (process != null) {
                process.destroyForcibly();
            }
        }, "unfinished-graph"));
    }

    /** Writes another graph, if one is better; {@link BundleException} if the optimizers are not to be had or fail. */
    Outcome run(Path graph, Path to) {
        var command = new ArrayList<String>();
        command.add(Home.directory().resolve("models/optimize/run").toString());
        command.add(graph.toString());
        command.add(to.toString());
        if (weights != null) {
            command.add("--weights");
            command.add(weights.name().toLowerCase(Locale.ROOT));
        }
        try {
            var process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
            running = process;
            var told = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new BundleException(graph + ": was not optimized, see above");
            }
            return JSON.readValue(told, Outcome.class);
        } catch (IOException e) {
            throw new BundleException("%s: ONNX Runtime's optimizers don't run: %s".formatted(graph, e.getMessage()),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BundleException(graph + ": interrupted", e);
        }
    }
}
