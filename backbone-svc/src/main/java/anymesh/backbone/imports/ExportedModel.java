// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.imports;

import anymesh.kit.imports.BundleDraft;
import anymesh.kit.imports.GraphFile;
import anymesh.kit.imports.ImportReport;
import anymesh.kit.imports.SourceFolder;
import anymesh.kit.model.BundleException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A decoder as a folder has it: its graph, what looks its embeddings up if it needs that, and what is to be said of both.
 *
 * @param embedding the graph that looks embeddings up; null if the decoder does, or if there is none
 * @param table what such a graph is made of where there is none
 */
record ExportedModel(SourceFolder source, ExportLayout layout, GenaiWriter genai, GraphFile decoder, DecoderFacts facts,
        @Nullable GraphFile embedding, @Nullable EmbeddingTable table) {

    /**
     * Reads one; {@link BundleException} if it is none that can be decoded with.
     *
     * @param checkpoint the folder of what was exported; null for the source itself
     * @param context how many tokens prompt and answer take together; null if the folder says it
     * @param graph which of the folder's graphs; null where there is one
     */
    static ExportedModel read(SourceFolder source, @Nullable Path checkpoint, @Nullable Integer context,
            @Nullable String graph, ImportReport report) {
        var layout = ExportLayout.of(source, graph);
        var genai = new GenaiWriter(source, layout,
                layout == ExportLayout.GENAI ? null : ExportLayout.graph(source, graph, report), report);
        var decoder = GraphFile.read(source, genai.decoderFile());
        var facts = DecoderFacts.of(decoder, genai.names());
        var file = facts.takesEmbeddings() ? genai.embeddingFile().filter(source::has) : Optional.<String>empty();
        var embedding = file.isEmpty() ? null : GraphFile.read(source, file.get());
        genai.complete(facts, embedding == null ? null : embedding.relative(), context);
        var table = facts.takesEmbeddings() && embedding == null
                ? table(source, checkpoint, genai, facts, report)
                : null;
        return new ExportedModel(source, layout, genai, decoder, facts, embedding, table);
    }

    /** The checkpoint's own table. */
    private static EmbeddingTable table(SourceFolder source, @Nullable Path from, GenaiWriter genai,
            DecoderFacts facts, ImportReport report) {
        var checkpoint = from == null ? source : SourceFolder.openCheckpoint(from);
        var part = new EmbeddingSearch(checkpoint, genai.vocabulary(), genai.hidden()).find().orElseThrow(
                () -> new BundleException(
                        "%s: the decoder takes embeddings, and no graph looks them up (expected: embedding.onnx beside it, *.safetensors of the checkpoint there or by --checkpoint DIR, or an export without exclude_embeds; found: %s)"
                                .formatted(checkpoint.path(), checkpoint.listing())));
        var config = checkpoint.json("config.json").map(GenaiWriter::ofText).orElseGet(genai::config);
        genai.looksUpBy(EmbeddingTable.FILE);
        return new EmbeddingTable(part,
                EmbeddingScale.of(genai.model().text("type"), config, genai.hidden(), part.type(), report),
                facts.embeddings());
    }

    /** Takes the graphs into a folder of the bundle, such as {@code draft/}; empty for the bundle's own. */
    void graphsInto(BundleDraft draft, String folder, ImportReport report) {
        decoderInto(draft, folder, report);
        if (embedding != null) {
            embedding.under(folder).into(draft);
        }
        if (table != null) {
            table.into(draft, folder);
            report.did(table.describe());
        }
    }

    /**
     * The builder's graphs without grouped attention say that keys and values which it repeats for each head are as long as what is
     * fed, not as what is remembered; with them a second token fails.
     */
    private void decoderInto(BundleDraft draft, String folder, ImportReport report) {
        if (layout == ExportLayout.GENAI && decoder.onnx().operators().contains("com.microsoft:MultiHeadAttention")) {
            decoder.under(folder).intoWithoutInnerShapes(draft);
            report.did("%s repaired: it says wrong shapes of what is inside of it, which are left out".formatted(
                    decoder.relative()));
        } else {
            decoder.under(folder).into(draft);
        }
        if (!decoder.missing().isEmpty()) {
            report.did("%s: %s, which this ONNX Runtime hasn't got, written as functions of what it has".formatted(
                    decoder.relative(), String.join(" and ", decoder.missing())));
        }
    }

    /** {@link BundleException} unless tokens that it was fed can be taken back, as where drafts are not what is written. */
    void requireTakingBack() {
        var logits = decoder.onnx().output(genai.names().output("logits"));
        if (logits.isPresent() && logits.get().shape().size() == 3 && logits.get().shape().get(1) == 1) {
            throw new BundleException(
                    "%s: '%s' are of the last position only (expected: with --draft, of all; export it without prune_lm_head)"
                            .formatted(decoder.path(), logits.get().name()));
        }
        // Other attention than grouped grows all the same, and masks what is outside of its window.
        boolean isSliding = genai.isSliding()
                && decoder.onnx().operators().contains("com.microsoft:GroupQueryAttention");
        var kept = facts.keepingItsSize(genai.names())
                .or(() -> isSliding ? Optional.of("sliding_window") : Optional.empty());
        if (kept.isPresent()) {
            throw new BundleException(
                    "%s: '%s' keeps its size, so that it can't forget tokens that it was fed (expected: with --draft, a model and a draft that remember each position, without recurrent states or sliding windows)"
                            .formatted(decoder.path(), kept.get()));
        }
    }

    /** For the report. */
    String describe() {
        var type = Optional.ofNullable(genai.model().json().path("type").textValue()).orElse("a model");
        return "%s, %s of %s, vocabulary %d, context %d, %s%s".formatted(layout == ExportLayout.GENAI
                ? "onnxruntime-genai's builder"
                : "Optimum's text generation", type, decoder.precision(), genai.vocabulary(),
                genai.model().size("context_length").orElse(0), decoder.relative(), decoder.external().isEmpty()
                        ? ""
                        : " with weights in " + String.join(", ", decoder.external()));
    }
}
