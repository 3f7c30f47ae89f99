// SPDX-License-Identifier: Apache-2.0
package anymesh.cli;

import anymesh.cli.replay.Replay;
import anymesh.cli.settings.Home;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code anymesh replay}: what another bundle makes of what was recorded. */
@Command(name = "replay", mixinStandardHelpOptions = true, description = "Sends what ./anymesh record kept to a generator's bundle, beside the one that was recorded, and shows side by side what they make. Needs no mesh.", footer = {
    "",
    "Such as: ./anymesh replay .anymesh/recordings/image-20260101-120000 --bundle models/toyworld/generator-image-2.0.0"})
final class ReplayCommand implements Callable<Integer> {
    @CommandLine.Spec
    @SuppressWarnings("NullAway.Init")
    private CommandLine.Model.CommandSpec spec;

    @Parameters(paramLabel = "FOLDER", description = "where the recordings lie")
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @Option(names = "--bundle", required = true, paramLabel = "DIR", description = "the folder of the bundle to try")
    @SuppressWarnings("NullAway.Init")
    private Path bundle;

    @Option(names = "--with", paramLabel = "DIR", description = "the bundle to hold it against (default: the one that was recorded, if it is built in)")
    private @Nullable Path with;

    @Option(names = "--max", defaultValue = "200", paramLabel = "N", description = "recordings at most, from everywhere in the folder (default: ${DEFAULT-VALUE})")
    private int max;

    @Option(names = "--sheet", paramLabel = "FILE", description = "the HTML file to write (default: FOLDER/replay.html)")
    private @Nullable Path sheet;

    @Override
    public Integer call() throws IOException {
        if (max < 1) {
            throw new CommandLine.ParameterException(spec.commandLine(), "--max: %d (expected: > 0)".formatted(max));
        }
        var file = sheet == null ? folder.resolve("replay.html") : sheet;
        new Replay(folder, bundle, with, max, file.toAbsolutePath().normalize()).run(Home.directory(), System.out,
                System.err);
        return 0;
    }
}
