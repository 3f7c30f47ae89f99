// SPDX-License-Identifier: Apache-2.0
package anymesh.cli;

import anymesh.cli.settings.Home;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code anymesh swap}: another release in the place of the one that serves, and back by itself if it is worse. */
@Command(name = "swap", mixinStandardHelpOptions = true, description = "Replaces a generator under load: checks the new release, compares it with the old one, moves the traffic step by step, and goes back if it is worse.", footer = {
    "", "Such as:", "  ./anymesh swap image --bundle models/toyworld/generator-image-2.0.0 --follow",
    "which takes twenty steps instead of two, and so goes back by itself; with",
    "--max-p95-ratio 30 it takes over.",
    "docs/swap.md is the guide; ./anymesh rollback image goes back at once."})
final class SwapCommand implements Callable<Integer> {
    @CommandLine.Mixin
    private final Target target = new Target();

    @CommandLine.Spec
    @SuppressWarnings("NullAway.Init")
    private CommandLine.Model.CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "MODALITY", description = "image, audio or video")
    private @Nullable String modality;

    @Option(names = "--to", paramLabel = "BUNDLE@VERSION", description = "the new release; it is started if --bundle or --image says where it lies")
    private @Nullable String to;

    @Option(names = "--bundle", paramLabel = "DIR", description = "the folder of its bundle; in a cluster, in its container")
    private @Nullable Path bundle;

    @Option(names = "--image", paramLabel = "IMAGE", description = "in a cluster: the image that has its bundle")
    private @Nullable String image;

    @Option(names = "--with", paramLabel = "RELEASE", description = "a release that goes with it, such as output-projector=toyworld@4.0.0, which runs already")
    private List<String> with = new ArrayList<>();

    @Option(names = "--replicas", paramLabel = "N", description = "instances to start (default: 1; in a cluster as many as there are)")
    private @Nullable Integer replicas;

    @Option(names = "--steps", paramLabel = "P,…", split = ",", description = "its share of the requests in percent (default: 5,25,50,100)")
    private List<Integer> steps = new ArrayList<>();

    @Option(names = "--hold", paramLabel = "TIME", description = "the least time at a step (default: 30s)")
    private @Nullable String hold;

    @Option(names = "--max-hold", paramLabel = "TIME", description = "the most; undecided then, it goes back (default: 10m)")
    private @Nullable String maxHold;

    @Option(names = "--shadow", paramLabel = "P", description = "of a hundred outputs, how many are made by both to be compared (default: 10)")
    private @Nullable Integer shadow;

    @Option(names = "--max-error-rate", paramLabel = "SHARE", description = "failed outputs more than the old one's (default: 0.05)")
    private @Nullable Double maxErrorRate;

    @Option(names = "--max-p95-ratio", paramLabel = "R", description = "its times over the old one's (default: 1.5)")
    private @Nullable Double maxP95Ratio;

    @Option(names = "--min-quality", paramLabel = "SHARE", description = "outputs as good as the old one's (default: 0.95)")
    private @Nullable Double minQuality;

    @Option(names = "--max-memory-ratio", paramLabel = "R", description = "memory of its process over the old one's (default: 2)")
    private @Nullable Double maxMemoryRatio;

    @Option(names = "--golden", paramLabel = "FILE", description = "prompts for both, one a line (default: models/golden/MODALITY.txt, if there is one)")
    private @Nullable Path golden;

    @Option(names = "--golden-share", paramLabel = "P", description = "of the time, how much they may take beside callers (default: 10)")
    private @Nullable Integer goldenShare;

    @Option(names = "--dry-run", description = "compares and moves nothing")
    private boolean dryRun;

    @Option(names = "--why", paramLabel = "TEXT", description = "stands in the log and the report")
    private @Nullable String why;

    @Option(names = "--follow", description = "shows how it goes until it is over; alone: the one that goes on")
    private boolean follow;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (modality == null) {
            spec.commandLine().usage(System.out);
            return CommandLine.ExitCode.USAGE;
        }
        var control = target.control();
        if (to == null && bundle == null && image == null && follow) {
            return SwapReport.follow(control, modality, System.out);
        }
        var begun = control.swap(asked(modality));
        if (follow) {
            return SwapReport.follow(control, modality, System.out);
        }
        SwapReport.print(begun, System.out);
        return 0;
    }

    private ObjectNode asked(String name) throws IOException {
        var asked = JsonNodeFactory.instance.objectNode().put("modality", name)
                .put("who", System.getProperty("user.name")).put("dry-run", dryRun);
        put(asked, "to", to);
        put(asked, "bundle", bundle == null ? null : target.folder(bundle));
        put(asked, "image", image);
        put(asked, "why", why);
        with.forEach(asked.withArray("with")::add);
        if (!steps.isEmpty()) {
            steps.forEach(asked.withArray("steps")::add);
        }
        put(asked, "hold", hold == null ? null : Times.iso(hold, spec));
        put(asked, "max-hold", maxHold == null ? null : Times.iso(maxHold, spec));
        put(asked, "max-error-rate", maxErrorRate);
        put(asked, "max-p95-ratio", maxP95Ratio);
        put(asked, "min-quality", minQuality);
        put(asked, "golden-share", goldenShare);
        put(asked, "max-memory-ratio", maxMemoryRatio);
        put(asked, "replicas", replicas);
        put(asked, "shadow", shadow);
        prompts(name).forEach(asked.withArray("golden")::add);
        return asked;
    }

    private static void put(ObjectNode asked, String name, @Nullable Object value) {
        if (value != null) {
            asked.putPOJO(name, value);
        }
    }

    private List<String> prompts(String name) throws IOException {
        var usual = Home.directory().resolve("models/golden/%s.txt".formatted(name));
        if (golden == null && !Files.exists(usual)) {
            return List.of();
        }
        if (golden != null && !Files.isReadable(golden)) {
            throw new IOException("--golden: there is no file %s that can be read".formatted(golden));
        }
        return Files.readAllLines(golden == null ? usual : golden).stream().map(String::strip)
                .filter(line -> !line.isEmpty()).toList();
    }
}
