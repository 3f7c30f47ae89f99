// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.imports;

import anymesh.backbone.bundle.BackboneBundle;
import anymesh.kit.imports.BundleDraft;
import anymesh.kit.imports.GraphFile;
import anymesh.kit.imports.ImportReport;
import anymesh.kit.imports.Licenses;
import anymesh.kit.imports.SourceFolder;
import anymesh.kit.model.BundleException;
import anymesh.kit.model.Component;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code anymesh bundle import FOLDER --as backbone}. */
public final class LanguageModelImport {
    private final ImportRequest request;
    private final SourceFolder source;
    private final ImportReport report = new ImportReport();

    private LanguageModelImport(ImportRequest request) {
        this.request = request;
        this.source = ExportLayout.open(request.source());
    }

    /**
     * Writes the bundle, whole or not at all; the source stays as it is.
     *
     * @return what was done, and what could not be known
     * @throws BundleException that says what is wrong with the folder, and what to mend
     */
    public static ImportReport run(ImportRequest request) {
        return new LanguageModelImport(request).run();
    }

    private ImportReport run() {
        var layout = ExportLayout.of(source);
        var genai = new GenaiWriter(source, layout, report);
        var decoder = GraphFile.read(source, genai.decoderFile());
        var facts = DecoderFacts.of(decoder, genai.names());
        var embedding = embedding(genai, facts);
        genai.complete(facts, embedding == null ? null : embedding.relative(), request.context());
        var table = facts.takesEmbeddings() && embedding == null ? table(genai, facts) : null;
        if (request.checkpoint() != null && table == null) {
            report.did("--checkpoint is not needed: the export has its embeddings");
        }
        report.recognised("%s, %s".formatted(layout == ExportLayout.GENAI
                ? "onnxruntime-genai's builder"
                : "Optimum's text generation", describe(genai, decoder)));
        try (var draft = BundleDraft.begin(source, request.target(), request.replaces())) {
            take(decoder, layout, draft);
            if (embedding != null) {
                embedding.into(draft);
            }
            if (table != null) {
                table.into(draft);
                report.did(table.describe());
            }
            var tokens = Tokens.take(source, genai, draft, report);
            ChatTemplate.take(source, request.template(), tokens, draft, report);
            AnswerDefaults.search(source, genai.json(), report);
            var ends = AnswerDefaults.ends(source, genai, tokens.end(), report);
            draft.write("genai_config.json", genai.json());
            report.did("genai_config.json %s".formatted(layout == ExportLayout.GENAI ? "completed" : "written"));
            source.file("check.json").ifPresent(file -> reference(file, draft));
            seal(draft, decoder.precision(), tokens.spellDocuments(ends, report));
            open(draft);
            draft.publish();
        }
        return report;
    }

    /** What the original library answered, to prompts by its own template. */
    private void reference(Path file, BundleDraft draft) {
        if (request.template() != null) {
            report.did("check.json left out: it was made with another chat template");
            return;
        }
        draft.take(file, "check.json");
        report.did("check.json taken: what the original library answered");
    }

    /**
     * The builder's graphs without grouped attention say that keys and values which it repeats for each head are as long as what is
     * fed, not as what is remembered; with them a second token fails.
     */
    private void take(GraphFile decoder, ExportLayout layout, BundleDraft draft) {
        if (layout == ExportLayout.GENAI && decoder.onnx().operators().contains("com.microsoft:MultiHeadAttention")) {
            decoder.intoWithoutInnerShapes(draft);
            report.did("%s repaired: it says wrong shapes of what is inside of it, which are left out".formatted(
                    decoder.relative()));
        } else {
            decoder.into(draft);
        }
    }

    /** The graph that looks embeddings up; null if the decoder does, or if there is none. */
    private @Nullable GraphFile embedding(GenaiWriter genai, DecoderFacts facts) {
        var file = facts.takesEmbeddings() ? genai.embeddingFile().filter(source::has) : Optional.<String>empty();
        if (file.isEmpty()) {
            return null;
        }
        return GraphFile.read(source, file.get());
    }

    /** What such a graph is made of: the checkpoint's own table. */
    private EmbeddingTable table(GenaiWriter genai, DecoderFacts facts) {
        var checkpoint = request.checkpoint() == null ? source : SourceFolder.openCheckpoint(request.checkpoint());
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

    private static String describe(GenaiWriter genai, GraphFile decoder) {
        var type = Optional.ofNullable(genai.model().json().path("type").textValue()).orElse("a model");
        return "%s of %s, vocabulary %d, context %d, %s%s".formatted(type, decoder.precision(), genai.vocabulary(),
                genai.model().size("context_length").orElse(0), decoder.relative(), decoder.external().isEmpty()
                        ? ""
                        : " with weights in " + String.join(", ", decoder.external()));
    }

    /** What is written is what the loader takes. */
    private void open(BundleDraft draft) {
        try (var bundle = BackboneBundle.load(draft.folder())) {
            report.did("it loads: vocabulary %d, context %d, %s".formatted(bundle.shape().vocabulary(),
                    bundle.shape().context(), bundle.calls() != null
                            ? "tools are called as its chat template shows"
                            : "its chat template shows no calls of tools that can be held to a form"));
        } catch (BundleException e) {
            // The reader knows the folder that it comes from; the draft's is gone when it reads this.
            throw new BundleException("%s: what became of it does not load: %s".formatted(source.path(),
                    Optional.ofNullable(e.getMessage()).orElse("").replace(draft.folder() + "/", "")), e);
        }
    }

    private void seal(BundleDraft draft, String precision, boolean spellsDocuments) {
        var manifest = JsonNodeFactory.instance.objectNode().put("schema", 1).put("bundle", request.name())
                .put("version", request.version()).put("component", Component.LLM_BACKBONE.json())
                .put("precision", precision)
                .put("license", Licenses.take(source, request.license(), draft, report));
        manifest.putArray("accepts");
        manifest.putObject("prompt").put("template", ChatTemplate.FILE);
        if (spellsDocuments) {
            manifest.putArray("response_formats").add("json_schema");
        }
        draft.seal(manifest);
    }
}
