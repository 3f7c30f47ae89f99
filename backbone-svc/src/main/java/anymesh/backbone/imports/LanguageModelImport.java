// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.imports;

import anymesh.backbone.bundle.BackboneBundle;
import anymesh.kit.catalogue.Component;
import anymesh.kit.imports.BundleDraft;
import anymesh.kit.imports.ImportReport;
import anymesh.kit.imports.Licenses;
import anymesh.kit.imports.SourceFolder;
import anymesh.kit.model.BundleException;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Path;
import java.util.Optional;

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
        var model = ExportedModel.read(source, request.checkpoint(), request.context(), request.graph(), report);
        if (request.checkpoint() != null && model.table() == null) {
            report.did("--checkpoint is not needed: the export has its embeddings");
        }
        report.recognised(model.describe());
        var drafting = request.draft() == null ? null : DraftImport.read(request.draft(), model);
        var genai = model.genai();
        try (var draft = BundleDraft.begin(source, request.target(), request.replaces())) {
            model.graphsInto(draft, "", report);
            var tokens = Tokens.take(source, genai, draft, report);
            ChatTemplate.take(source, request.template(), tokens, draft, report);
            AnswerDefaults.search(source, genai.json(), report);
            var ends = AnswerDefaults.ends(source, genai, tokens.end(), report);
            draft.write("genai_config.json", genai.json());
            report.did("genai_config.json %s".formatted(
                    model.layout() == ExportLayout.GENAI ? "completed" : "written"));
            source.file("check.json").ifPresent(file -> reference(file, draft));
            if (drafting != null) {
                drafting.into(draft, report);
            }
            seal(draft, model.decoder().precision(), tokens.spellDocuments(ends, report));
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
        if (request.draft() != null) {
            DraftImport.describe(manifest);
        }
        draft.seal(manifest);
    }
}
