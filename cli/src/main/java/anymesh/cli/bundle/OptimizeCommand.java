// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.bundle;

import anymesh.cli.bundle.GraphOptimizer.Weights;
import anymesh.kit.model.ModelBundle;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code anymesh bundle optimize}: another bundle, faster or smaller. */
@Command(name = "optimize", description = "Makes another bundle of a bundle, by ONNX Runtime's own optimizers: operators are fused where that gives the same numbers and is faster on this machine, and weights are stored as --weights says. The bundle stays as it is. Needs Python 3.11; its packages (290 MB) are installed once.", footer = {
    "", "Such as: ./anymesh bundle optimize bundles/smollm2 --weights int8"})
final class OptimizeCommand implements Callable<Integer> {
    /** By itself: the usual options have a --version, too. */
    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this help message and exit.")
    @SuppressWarnings("UnusedVariable") // picocli looks at it
    private boolean help;

    @Parameters(paramLabel = "DIR", description = "the folder of the bundle")
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @Option(names = "--weights", paramLabel = "FORM", description = "how weights are stored: ${COMPLETION-CANDIDATES}; the integers are of blocks of 32 with a scale each, fp16 is meant for GPUs (default: as they are)")
    private @Nullable Weights weights;

    @Option(names = "--version", paramLabel = "V", description = "of the new bundle (default: the bundle's, with -int8 and the like or -fused)")
    private @Nullable String version;

    @Option(names = "--to", paramLabel = "DIR", description = "where it goes (default: beside the bundle, DIR-int8 and the like or DIR-fused)")
    private @Nullable Path to;

    @Option(names = "--replace", description = "replaces a bundle that is there already")
    private boolean replace;

    @Override
    public Integer call() {
        var manifest = ModelBundle.manifest(directory);
        var suffix = "-" + (weights == null ? "fused" : weights.name());
        var target = to == null ? directory.resolveSibling(directory.getFileName() + suffix) : to;
        var out = System.out;
        out.printf("bundle: %s %s, %s, %s%n", manifest.bundle(), manifest.version(), manifest.component().json(),
                manifest.precision());
        new OptimizedBundle(directory, weights, out::println).write(target,
                version == null ? manifest.version() + suffix : version, replace);
        out.printf("written: %s (%.0f MB instead of %.0f)%n", target, OptimizedBundle.bytes(target) / 1e6,
                OptimizedBundle.bytes(directory) / 1e6);
        out.println("next:");
        out.printf("  ./anymesh bundle check %s%n", target);
        return 0;
    }
}
