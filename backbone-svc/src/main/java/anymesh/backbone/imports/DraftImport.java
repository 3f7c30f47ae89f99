// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.imports;

import anymesh.backbone.bundle.DraftReader;
import anymesh.kit.imports.BundleDraft;
import anymesh.kit.imports.ImportReport;
import anymesh.kit.model.BundleException;
import anymesh.kit.model.TextTokenizer;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Optional;

/** {@code --draft DRAFT_EXPORT}: a small model that goes into the bundle's folder {@code draft/}, beside the one that it guesses for. */
final class DraftImport {
    private static final String FOLDER = "draft/";
    /** The most that is guessed at a time; how many it is follows from how many were right. */
    private static final int TOKENS = 8;

    private final ExportedModel model;
    private final ImportReport report;

    private DraftImport(ExportedModel model, ImportReport report) {
        this.model = model;
        this.report = report;
    }

    /** Reads the draft's export; {@link BundleException} if either can't take tokens back. */
    static DraftImport read(Path folder, ExportedModel target) {
        var report = new ImportReport();
        var model = ExportedModel.read(ExportLayout.open(folder), null, null, null, report);
        report.did(model.describe());
        target.requireTakingBack();
        model.requireTakingBack();
        return new DraftImport(model, report);
    }

    /**
     * Takes it into a bundle that has its tokenizer already; {@link BundleException} if the draft's is another one.
     *
     * @param whole is told what was done
     */
    void into(BundleDraft bundle, ImportReport whole) {
        Tokens.fileInto(model.source(), bundle, FOLDER, report);
        try (var tokenizer = TextTokenizer.load(bundle.file(Tokens.FILE));
                var own = TextTokenizer.load(bundle.file(FOLDER + Tokens.FILE))) {
            Tokens.check(model.source(), own.vocabulary(), model.genai().vocabulary());
            DraftReader.requireSame(tokenizer, own, "%s/%s".formatted(model.source().path(), Tokens.FILE));
        }
        model.graphsInto(bundle, FOLDER, report);
        // The model's ends count; the loader wants a list.
        AnswerDefaults.ends(model.source(), model.genai(), Optional.empty(), new ImportReport());
        bundle.write(FOLDER + "genai_config.json", model.genai().json());
        report.lines().forEach(line -> whole.did("draft: " + line));
    }

    static void describe(ObjectNode manifest) {
        manifest.putObject("draft").put("genai_config", FOLDER + "genai_config.json").put("tokens", TOKENS);
    }
}
