// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.imports;

import anymesh.kit.imports.ImportReport;
import anymesh.kit.imports.JsonKeys;
import anymesh.kit.imports.SourceFolder;
import anymesh.kit.model.BundleException;
import anymesh.kit.model.OnnxGraph;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Completes the {@code genai_config.json} that the builder wrote, or writes one from {@code config.json}; the graph goes before both. */
final class GenaiWriter {
    /** What is taken where nothing says how long a text may be. */
    private static final int CONTEXT = 2048;
    private static final String WHY_NO_LONGER = "as longer texts have other rotary factors, which the graph has for a whole batch at once or not at all";

    private final SourceFolder source;
    private final ImportReport report;
    private final ObjectNode json;
    private final JsonKeys model;
    private final JsonKeys decoder;
    private final JsonKeys config;

    /** @param graph the decoder's file, where no config of the folder's names it */
    GenaiWriter(SourceFolder source, ExportLayout layout, @Nullable String graph, ImportReport report) {
        this.source = source;
        this.report = report;
        this.config = source.json("config.json").map(GenaiWriter::ofText)
                .orElseGet(() -> JsonKeys.none("config.json"));
        var file = source.json("genai_config.json").orElseGet(() -> JsonKeys.none("genai_config.json"));
        this.json = file.json();
        if (layout == ExportLayout.OPTIMUM) {
            json.putObject("model").putObject("decoder").put("filename", graph);
            config.text("model_type").ifPresent(type -> json.withObject("/model").put("type", type));
        }
        this.model = file.object("model").orElseThrow(() -> absent("model"));
        this.decoder = model.object("decoder").orElseThrow(() -> absent("model.decoder"));
        if (decoder.has("pipeline")) {
            throw new BundleException(
                    "%s/genai_config.json: model.decoder.pipeline: a decoder in several graphs (expected: one, model.decoder.filename)"
                            .formatted(source.path()));
        }
    }

    /** Of a model of several parts, what is the language model's. */
    static JsonKeys ofText(JsonKeys config) {
        return config.object("text_config").or(() -> config.object("llm_config")).orElse(config);
    }

    private BundleException absent(String key) {
        return new BundleException("%s/genai_config.json: %s: absent".formatted(source.path(), key));
    }

    /** The decoder's file. */
    String decoderFile() {
        return decoder.text("filename").orElseThrow(() -> absent("model.decoder.filename"));
    }

    /** The file of the graph that looks embeddings up, if there is one: as the config says, or by its usual names. */
    Optional<String> embeddingFile() {
        var said = model.object("embedding").flatMap(keys -> keys.text("filename"));
        return said.isPresent()
                ? said
                : Optional.of("embedding.onnx").filter(source::has)
                        .or(() -> Optional.of("embed_tokens.onnx").filter(source::has));
    }

    DecoderNames names() {
        return new DecoderNames(decoder);
    }

    /**
     * Writes what is known of sizes and names.
     *
     * @param embedding the file of the embedding's graph, if the decoder needs it
     */
    void complete(DecoderFacts facts, @Nullable String embedding, @Nullable Integer askedContext) {
        var inputs = facts.graph().onnx().inputs().stream().map(value -> value.name()).collect(Collectors.toSet());
        var outputs = facts.graph().onnx().outputs().stream().map(value -> value.name()).collect(Collectors.toSet());
        names().into(decoder.json(), inputs, outputs);
        int attention = size(decoder, "num_attention_heads", Optional.empty(),
                config.size("num_attention_heads", "n_head", "num_heads"), 1);
        int hidden = size(decoder, "hidden_size", facts.hidden(), config.size("hidden_size", "n_embd", "d_model"), 0);
        boolean hasOneHead = config.json().path("multi_query").asBoolean(false);
        size(decoder, "num_key_value_heads", facts.heads(),
                hasOneHead ? Optional.of(1) : config.size("num_key_value_heads", "num_kv_heads", "n_head_kv"),
                attention);
        size(decoder, "head_size", facts.headSize(), config.size("head_dim"), Math.max(1, hidden / attention));
        // The last layers may keep something else than keys.
        int layers = decoder.size("num_hidden_layers")
                .or(() -> config.size("num_hidden_layers", "n_layer", "num_layers")).orElse(1);
        decoder.json().put("num_hidden_layers", Math.max(layers, facts.layers()));
        size(model, "vocab_size", facts.vocabulary(), config.size("vocab_size"), 0);
        context(askedContext, facts);
        if (embedding != null) {
            model.json().withObject("/embedding").put("filename", embedding);
        } else {
            model.json().remove("embedding");
        }
        var unserved = new TreeSet<String>();
        for (var part : new String[]{"vision", "speech", "encoder"}) {
            if (model.has(part)) {
                unserved.add(part);
            }
        }
        if (!unserved.isEmpty()) {
            report.did("left out: %s, which a backbone hasn't got".formatted(String.join(", ", unserved)));
            model.json().remove(unserved);
        }
    }

    /** Names the embedding's graph that the import makes, instead of one that isn't there. */
    void looksUpBy(String file) {
        var embedding = model.json().putObject("embedding").put("filename", file);
        embedding.putObject("inputs").put("input_ids", EmbeddingOnnx.IDS);
        embedding.putObject("outputs").put("inputs_embeds", EmbeddingOnnx.EMBEDDINGS);
    }

    /** The graph's, else the file's own, else the model's config's, else what follows from others; 0 if nothing says it. */
    private int size(JsonKeys into, String key, Optional<Integer> graph, Optional<Integer> config, int otherwise) {
        var said = into.size(key);
        int size = graph.or(() -> said).or(() -> config).orElse(otherwise);
        if (size == 0) {
            throw new BundleException("%s: %s: neither the graph nor config.json says it (expected: in config.json)"
                    .formatted(source.path(), key));
        }
        if (said.isPresent() && said.get() != size) {
            report.did("%s is %d, as the graph has it, not %d, as genai_config.json says".formatted(key, size,
                    said.get()));
        }
        into.json().put(key, size);
        return size;
    }

    private void context(@Nullable Integer asked, DecoderFacts facts) {
        var said = Optional.ofNullable(asked).or(() -> model.size("context_length")).or(() -> config.size(
                "max_position_embeddings", "n_positions", "n_ctx", "max_sequence_length", "max_seq_len", "seq_length"));
        if (said.isEmpty()) {
            report.unknown("how many tokens prompt and answer may have together, so that it is %d (--context says it)"
                    .formatted(CONTEXT));
        }
        int context = said.orElse(CONTEXT);
        var longest = longest(facts);
        if (longest.isPresent() && context > longest.getAsLong()) {
            if (asked != null) {
                throw new BundleException("--context %d (expected: at most %d, %s)".formatted(asked,
                        longest.getAsLong(), WHY_NO_LONGER));
            }
            report.did("context_length is %d, not %d: %s".formatted(longest.getAsLong(), context, WHY_NO_LONGER));
            context = Math.toIntExact(longest.getAsLong());
        }
        model.json().put("context_length", context);
    }

    /**
     * How many tokens are rotated as short texts are: LongRoPE (arXiv 2402.13753) has other factors for longer ones, which a graph
     * takes by an If, or has not, as its exporter saw a short text.
     */
    private OptionalLong longest(DecoderFacts facts) {
        var turns = OnnxGraph.read(facts.graph().path()).turnsAfter();
        var rope = config.object("rope_parameters").or(() -> config.object("rope_scaling"));
        boolean isLong = rope.flatMap(keys -> keys.text("rope_type").or(() -> keys.text("type")))
                .filter(type -> type.equals("longrope") || type.equals("su")).isPresent();
        if (turns.isPresent() || !isLong) {
            return turns;
        }
        return config.size("original_max_position_embeddings")
                .or(() -> rope.flatMap(keys -> keys.size("original_max_position_embeddings"))).stream()
                .mapToLong(Integer::longValue).findFirst();
    }

    /** Whether a layer remembers a window of positions, in memory that does not grow. */
    boolean isSliding() {
        return decoder.object("sliding_window").map(window -> !window.numbers("layers").isEmpty()).orElse(false);
    }

    JsonKeys model() {
        return model;
    }

    JsonKeys config() {
        return config;
    }

    int vocabulary() {
        return model.size("vocab_size").orElseThrow(() -> absent("model.vocab_size"));
    }

    int hidden() {
        return decoder.size("hidden_size").orElseThrow(() -> absent("model.decoder.hidden_size"));
    }

    /** The whole file. */
    ObjectNode json() {
        return json;
    }
}
