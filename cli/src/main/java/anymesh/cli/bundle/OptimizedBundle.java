// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.bundle;

import anymesh.cli.bundle.GraphOptimizer.Outcome;
import anymesh.cli.bundle.GraphOptimizer.Weights;
import anymesh.kit.imports.BundleDraft;
import anymesh.kit.imports.SourceFolder;
import anymesh.kit.model.BundleException;
import anymesh.kit.model.ExternalData;
import anymesh.kit.model.ModelBundle;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Another bundle of the same models, of graphs that ONNX Runtime's optimizers made of a bundle's; that one stays as it is. */
final class OptimizedBundle {
    private static final String MANIFEST = "manifest.json";
    private static final String OPTIMIZED = "optimized";

    private final ModelBundle from;
    private final @Nullable Weights weights;
    private final Consumer<String> said;
    private final Map<String, Outcome> outcomes = new TreeMap<>();

    /** {@link BundleException} unless the bundle is whole. */
    OptimizedBundle(Path from, @Nullable Weights weights, Consumer<String> said) {
        this.from = ModelBundle.open(from, ModelBundle.manifest(from).component());
        this.weights = weights;
        this.said = said;
    }

    /**
     * Writes it, whole or not at all: once a service has loaded it, held it against its {@code check.json} if it has one, and answered.
     *
     * @throws BundleException that says what fails, or that there is nothing to gain
     */
    void write(Path to, String version, boolean replaces) {
        try (var draft = BundleDraft.begin(SourceFolder.open(from.directory()), to, replaces)) {
            var optimizer = new GraphOptimizer(weights);
            from.manifest().files().keySet().stream().filter(file -> file.endsWith(".onnx")).forEach(graph -> {
                var outcome = optimizer.run(from.file(graph), draft.scratch().resolve(graph));
                said.accept("%s: %s".formatted(graph, outcome));
                outcomes.put(graph, outcome);
            });
            if (weights != null && outcomes.values().stream().noneMatch(Outcome::lowered)) {
                throw new BundleException(
                        "%s: no weights would take less room as %s (without --weights its graphs are made faster)"
                                .formatted(from.directory(), weights));
            }
            if (outcomes.values().stream().allMatch(outcome -> outcome.done().isEmpty())) {
                throw new BundleException(
                        from.directory() + ": ONNX Runtime's optimizers gain nothing on this machine");
            }
            fill(draft);
            draft.seal(manifest(version));
            open(draft);
            draft.publish();
        }
    }

    private void fill(BundleDraft draft) {
        var kept = new HashSet<String>();
        var gone = new HashSet<String>();
        outcomes.forEach((graph, outcome) -> (outcome.done().isEmpty() ? kept : gone).addAll(weightsOf(graph)));
        gone.removeAll(kept);
        for (var file : from.manifest().files().keySet()) {
            var outcome = outcomes.get(file);
            if (outcome != null && !outcome.done().isEmpty()) {
                draft.take(draft.scratch().resolve(file), file);
                var beside = file + ".data";
                if (Files.exists(draft.scratch().resolve(beside))) {
                    draft.take(draft.scratch().resolve(beside), beside);
                }
            } else if (!gone.contains(file)) {
                draft.take(from.file(file), file);
            }
        }
    }

    private Set<String> weightsOf(String graph) {
        var path = from.file(graph);
        var files = new HashSet<String>();
        for (var beside : ExternalData.of(path)) {
            files.add(from.directory().relativize(path.resolveSibling(beside).normalize()).toString());
        }
        return files;
    }

    private ObjectNode manifest(String version) {
        var manifest = SourceFolder.json(from.directory().resolve(MANIFEST)).json().deepCopy();
        manifest.put("version", version);
        if (weights != null) {
            manifest.put("precision", weights.name());
        }
        var optimized = manifest.putObject(OPTIMIZED).put("from", from.manifest().version());
        var graphs = optimized.putObject("graphs");
        outcomes.forEach((graph, outcome) -> {
            if (!outcome.done().isEmpty()) {
                var entry = graphs.putObject(graph);
                outcome.done().forEach(entry.putArray("done")::add);
                Optional.ofNullable(outcome.off()).ifPresent(off -> entry.put("off", off));
            }
        });
        return manifest;
    }

    private void open(BundleDraft draft) {
        try (var loaded = LoadedBundle.load(draft.folder(), ModelBundle.manifest(draft.folder()))) {
            said.accept("it loads, in %.1f s, and answers%s".formatted(loaded.seconds(),
                    from.has("check.json") ? " as check.json says" : ""));
        } catch (BundleException e) {
            // The reader knows the bundle that it comes from; the draft's folder is gone when it reads this.
            throw new BundleException("%s: what became of it does not serve: %s".formatted(from.directory(),
                    Optional.ofNullable(e.getMessage()).orElse("").replace(draft.folder() + "/", "")), e);
        }
    }

    /** The bytes of a bundle's files. */
    static long bytes(Path bundle) {
        long sum = 0;
        for (var file : ModelBundle.manifest(bundle).files().keySet()) {
            try {
                sum += Files.size(bundle.resolve(file));
            } catch (IOException e) {
                throw new BundleException("%s: cannot be read: %s".formatted(file, e.getMessage()), e);
            }
        }
        return sum;
    }
}
