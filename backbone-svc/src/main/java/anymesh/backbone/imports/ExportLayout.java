// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.imports;

import anymesh.kit.imports.ImportReport;
import anymesh.kit.imports.SourceFolder;
import anymesh.kit.model.BundleException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Who wrote a folder, as its files tell. */
enum ExportLayout {
    /** onnxruntime-genai's model builder: {@code genai_config.json} names the graphs. */
    GENAI,
    /** Optimum, or whoever lays it out alike: {@code config.json} and one graph. */
    OPTIMUM;

    private static final List<String> GRAPHS = List.of("model.onnx", "onnx/model.onnx");
    /** The same model in other precisions, as transformers.js has them: {@code onnx/model_q4f16.onnx}. */
    private static final Pattern VARIANT = Pattern.compile("model_[A-Za-z0-9_]+\\.onnx");
    private static final List<String> CUT = List.of("decoder_model_merged.onnx", "decoder_with_past_model.onnx",
            "decoder_model.onnx", "onnx/decoder_model_merged.onnx", "onnx/decoder_with_past_model.onnx",
            "onnx/decoder_model.onnx");
    private static final String TASK = "optimum-cli export onnx --task text-generation-with-past";

    /**
     * {@link BundleException} that says what the folder is instead, and what makes one of these of it.
     *
     * @param asked the graph that somebody wants; null for whichever there is
     */
    static ExportLayout of(SourceFolder source, @Nullable String asked) {
        if (source.has("genai_config.json")) {
            if (asked != null) {
                throw new BundleException("--graph %s: %s/genai_config.json names the graph already (expected: without)"
                        .formatted(asked, source.path()));
            }
            return GENAI;
        }
        boolean hasGraph = asked != null || !graphs(source).isEmpty();
        if (hasGraph && source.has("config.json")) {
            return OPTIMUM;
        }
        if (hasGraph) {
            throw new BundleException(source.path()
                    + ": a graph without the config.json of its model (expected: both, as Optimum writes them)");
        }
        if (source.has("encoder_model.onnx") || source.has("onnx/encoder_model.onnx")) {
            throw new BundleException(source.path()
                    + ": an encoder and a decoder that reads it (expected: a model that is a decoder alone)");
        }
        for (var graph : CUT) {
            if (source.has(graph)) {
                throw new BundleException(
                        "%s: %s, a decoder cut in two or with a branch for its first token (expected: one model.onnx, as %s of Optimum 1.14 or newer writes it)"
                                .formatted(source.path(), graph, TASK));
            }
        }
        if (!source.names(".gguf").isEmpty()) {
            throw noGraphs(source.path().resolve(source.names(".gguf").getFirst()), "GGUF");
        }
        if (!source.names(".safetensors").isEmpty() || !source.names(".bin").isEmpty()) {
            throw noGraphs(source.path(), "a checkpoint");
        }
        throw new BundleException(
                "%s: no model that was exported (looked for: genai_config.json, or config.json with model.onnx; found: %s)"
                        .formatted(source.path(), source.listing()));
    }

    /** Opens the folder; {@link BundleException} too if it is a file, and then what makes a folder of it. */
    static SourceFolder open(Path path) {
        if (Files.isRegularFile(path) && path.toString().endsWith(".gguf")) {
            throw noGraphs(path, "GGUF");
        }
        return SourceFolder.open(path);
    }

    private static BundleException noGraphs(Path path, String what) {
        return new BundleException("%s: %s, without graphs (expected: ONNX; models/zoo/export %s TARGET makes it)"
                .formatted(path, what, path));
    }

    /** The graph where no config names it; {@link BundleException} if it isn't there, or if nothing says which of several. */
    static String graph(SourceFolder source, @Nullable String asked, ImportReport report) {
        var graphs = graphs(source);
        if (asked != null) {
            if (!source.has(asked)) {
                throw new BundleException("--graph %s: no such file in %s (expected: one of %s)".formatted(asked,
                        source.path(), graphs));
            }
            return asked;
        }
        var whole = GRAPHS.stream().filter(graphs::contains).findFirst();
        if (whole.isEmpty() && graphs.size() > 1) {
            throw new BundleException("%s: several graphs (expected: --graph with one of %s)".formatted(source.path(),
                    graphs));
        }
        var graph = whole.orElseGet(graphs::getFirst);
        if (graphs.size() > 1) {
            report.did("%s taken; --graph takes another: %s".formatted(graph,
                    String.join(", ", graphs.stream().filter(other -> !other.equals(graph)).toList())));
        }
        return graph;
    }

    private static List<String> graphs(SourceFolder source) {
        return Stream.concat(GRAPHS.stream(), Stream.of("", "onnx/").flatMap(folder -> source.names(folder, ".onnx")
                .stream().filter(name -> VARIANT.matcher(name).matches()).map(name -> folder + name)))
                .filter(source::has).toList();
    }
}
