// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.bundle;

import anymesh.backbone.BackboneStage;
import anymesh.backbone.check.CheckReport;
import anymesh.kit.check.ReferenceReport;
import anymesh.kit.check.Referenced;
import anymesh.kit.model.ModelBundle;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code anymesh bundle check}: loads a bundle as its service would and holds it against its reference. */
@Command(name = "check", mixinStandardHelpOptions = true, description = "Loads a bundle as its service would, warms it the whole way, and compares what it gives with what the library gave that it came from: a language model's answers alone and in company, an encoder's or a generator's tensors.")
final class CheckCommand implements Callable<Integer> {
    private static final int SHOWN = 10;

    @Parameters(paramLabel = "DIR", description = "the folder of the bundle")
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @Option(names = "--samples", defaultValue = "1000", paramLabel = "N", description = "how many of the reference's samples are looked at (default: ${DEFAULT-VALUE}, or as many as there are)")
    private int samples;

    @Option(names = "--company", defaultValue = "100", paramLabel = "N", description = "how many answers are asked for in company (default: ${DEFAULT-VALUE})")
    private int inCompany;

    @Option(names = "--seed", defaultValue = "0", paramLabel = "N", description = "of the company that answers are in")
    private long seed;

    @Override
    public Integer call() {
        var manifest = ModelBundle.manifest(directory);
        var out = System.out;
        out.printf("bundle     %s %s, %s, %s%n", manifest.bundle(), manifest.version(), manifest.component().json(),
                manifest.precision());
        try (var loaded = LoadedBundle.load(directory.toAbsolutePath(), manifest)) {
            out.printf("load       %.1f s, and answers%n", loaded.seconds());
            if (loaded.stage() instanceof BackboneStage backbone) {
                return print(backbone.check(samples, inCompany, seed), out) ? 0 : 1;
            }
            if (loaded.stage() instanceof Referenced stage) {
                print(stage.reference(), out);
            }
            return 0;
        }
    }

    /** A bundle that is another than its reference has not loaded. */
    private static void print(Optional<ReferenceReport> reference, PrintStream out) {
        out.printf("reference  %s%n", reference.map(ReferenceReport::library)
                .orElse("none: that it reads what callers send and gives numbers is all that is known"));
        reference.ifPresent(report -> {
            report.compared()
                    .forEach(one -> out.printf("%-10s within %.1e of it (tolerance %s)%n", one.what(), one.off(),
                            report.tolerance()));
            out.println("passed");
        });
    }

    private static boolean print(CheckReport report, PrintStream out) {
        out.printf("reference  %s%n", report.library() == null
                ? "none: answers in company are held against those alone"
                : report.library());
        if (report.tooLong() > 0) {
            out.printf("left out   %d of the reference's samples, longer than the bundle's context%n",
                    report.tooLong());
        }
        print("prompts", report.prompts(), report.tolerance(), out);
        print("alone", report.alone(), report.tolerance(), out);
        if (report.drafts() != null) {
            print(report.drafts(), report.alone(), out);
        }
        print("company", report.company(), report.tolerance(), out);
        out.println(report.difference().isEmpty() ? "passed" : "FAILED");
        return report.difference().isEmpty();
    }

    private static void print(CheckReport.Drafts drafts, CheckReport.Part with, PrintStream out) {
        if (drafts.runs() == 0) {
            out.println("drafts     none, as they are switched off or would change answers, which is logged above");
            return;
        }
        var without = drafts.without();
        out.printf(
                "drafts     %d of %d as without, %s%.2f tokens a run of the model, %.1f tokens/s with and %.1f without%n",
                without.asked() - without.differences().size() - without.ties(), without.asked(),
                without.ties() > 0 ? "%d as likely, ".formatted(without.ties()) : "", drafts.tokensPerRun(),
                with.tokensPerSecond(), without.tokensPerSecond());
        out.printf("           %d of %d drafted tokens written%n", drafts.accepted(), drafts.drafted());
        shown(without, out);
    }

    private static void print(String name, CheckReport.Part part, float tolerance, PrintStream out) {
        if (part.asked() == 0) {
            return;
        }
        out.printf("%-10s %d of %d equal", name, part.asked() - part.differences().size() - part.ties(), part.asked());
        if (part.ties() > 0) {
            out.printf(", %d as likely", part.ties());
        }
        if (part.tokensPerSecond() > 0) {
            out.printf(", log probabilities within %.1e (tolerance %s), %.1f tokens/s", part.error(), tolerance,
                    part.tokensPerSecond());
        }
        out.println();
        shown(part, out);
    }

    private static void shown(CheckReport.Part part, PrintStream out) {
        part.differences().stream().limit(SHOWN).forEach(difference -> out.println("  " + difference));
        if (part.differences().size() > SHOWN) {
            out.printf("  and %d more%n", part.differences().size() - SHOWN);
        }
    }
}
