// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.bundle;

import anymesh.backbone.imports.ImportRequest;
import anymesh.backbone.imports.LanguageModelImport;
import anymesh.kit.imports.ImportReport;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code anymesh bundle import}: a bundle of the folder that an exporter wrote. */
@Command(name = "import", description = "Makes a bundle of a folder that onnxruntime-genai's model builder or Optimum wrote. The folder stays as it is; files of the bundle are hard links to it where that can be.", footer = {
    "", "Such as: ./anymesh bundle import ~/exports/smollm2 --as backbone"})
final class ImportCommand implements Callable<Integer> {
    /** Which service a model is for. */
    enum Use {
        backbone
    }

    /** By itself: the usual options have a --version, too. */
    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this help message and exit.")
    @SuppressWarnings("UnusedVariable") // picocli looks at it
    private boolean help;

    @Parameters(paramLabel = "FOLDER", description = "what the exporter wrote")
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @Option(names = "--as", required = true, paramLabel = "SERVICE", description = "what it is for: ${COMPLETION-CANDIDATES}")
    @SuppressWarnings("NullAway.Init")
    private Use use;

    @Option(names = "--name", paramLabel = "NAME", description = "of the bundle (default: the folder's)")
    private @Nullable String name;

    @Option(names = "--version", paramLabel = "V", defaultValue = "1.0.0", description = "of the bundle (default: ${DEFAULT-VALUE})")
    @SuppressWarnings("NullAway.Init")
    private String version;

    @Option(names = "--license", paramLabel = "SPDX", description = "its license (default: what README.md or LICENSE says)")
    private @Nullable String license;

    @Option(names = "--template", paramLabel = "FILE", description = "a chat template in Jinja (default: the folder's own)")
    private @Nullable Path template;

    @Option(names = "--context", paramLabel = "N", description = "how many tokens prompt and answer have together (default: what its config says)")
    private @Nullable Integer context;

    @Option(names = "--graph", paramLabel = "FILE", description = "which graph, where the folder has several, such as onnx/model_q4.onnx")
    private @Nullable String graph;

    @Option(names = "--checkpoint", paramLabel = "DIR", description = "the original checkpoint, of whose *.safetensors the embeddings are taken where the export has none (default: FOLDER)")
    private @Nullable Path checkpoint;

    @Option(names = "--draft", paramLabel = "DIR", description = "the export of a small model with the same tokenizer, which guesses tokens of answers alone; bundle check says whether they are written faster")
    private @Nullable Path draft;

    @Option(names = "--to", paramLabel = "DIR", description = "where the bundle goes (default: bundles/NAME)")
    private @Nullable Path to;

    @Option(names = "--replace", description = "replaces a bundle that is there already")
    private boolean replace;

    @Override
    public Integer call() {
        var bundle = name == null ? ImportRequest.nameOf(folder) : name;
        var target = to == null ? Path.of("bundles").resolve(bundle.replace('/', '-')) : to;
        var report = switch (use) {
            case backbone -> LanguageModelImport.run(
                    new ImportRequest(folder, target, bundle, version, license, template, context, replace,
                            checkpoint, draft, graph));
        };
        print(report, target);
        return 0;
    }

    private void print(ImportReport report, Path target) {
        report.lines().forEach(System.out::println);
        System.out.printf("written: %s%n", target);
        System.out.println("next:");
        System.out.printf("  ./anymesh bundle check %s%n", target);
        System.out.printf("  ./anymesh up --bundle %s=%s%n", use, target);
    }
}
