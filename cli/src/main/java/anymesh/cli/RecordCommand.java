// SPDX-License-Identifier: Apache-2.0
package anymesh.cli;

import anymesh.cli.settings.Home;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code anymesh record}: keeps what enters a generator, for a while. */
@Command(name = "record", mixinStandardHelpOptions = true, description = "Keeps what enters a generator of the running mesh, with the words that asked for it, to be replayed to another bundle. Alone it says what goes on.", footer = {
    "", "Such as: ./anymesh record image --share 10 --why \"what will 3.0.0 make of it\"",
    "Then: ./anymesh replay FOLDER --bundle models/toyworld/generator-image-2.0.0"})
final class RecordCommand implements Callable<Integer> {
    private static final DateTimeFormatter NAME = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    private static final double MIB = 1 << 20;

    @CommandLine.Spec
    @SuppressWarnings("NullAway.Init")
    private CommandLine.Model.CommandSpec spec;

    @Parameters(paramLabel = "MODALITY", description = "image, audio or video")
    @SuppressWarnings("NullAway.Init")
    private String modality;

    @Option(names = "--share", paramLabel = "P", description = "of a hundred requests, how many; 0.1 is one in a thousand (default: 10)")
    private @Nullable Double share;

    @Option(names = "--max", paramLabel = "N", description = "ends it after so many media (default: 200)")
    private @Nullable Integer max;

    @Option(names = "--for", paramLabel = "TIME", description = "ends it after this time (default: 10m)")
    private @Nullable String time;

    @Option(names = "--to", paramLabel = "DIR", description = "where the files go (default: a new folder beside the mesh's state file)")
    private @Nullable Path to;

    @Option(names = "--why", paramLabel = "TEXT", description = "begins it; stands in the logs, since what users asked for is kept")
    private @Nullable String why;

    @Option(names = "--stop", description = "ends it")
    private boolean stop;

    @Override
    public Integer call() throws IOException, InterruptedException {
        boolean hasOptions = share != null || max != null || time != null || to != null;
        if (hasOptions && (why == null || stop)) {
            throw new CommandLine.ParameterException(spec.commandLine(), stop
                    ? "--stop goes with --why only"
                    : "--why is missing: it begins a recording, and stands in the logs");
        }
        var asked = why == null && !stop ? null : asked();
        var control = MeshState.runningControl();
        print(asked == null ? control.recording(modality) : control.record(asked), System.out);
        return 0;
    }

    private ObjectNode asked() {
        var asked = JsonNodeFactory.instance.objectNode().put("modality", modality)
                .put("who", System.getProperty("user.name")).put("why", why == null ? "" : why).put("stop", stop);
        if (!stop) {
            asked.put("share", share == null ? 10 : share).put("max", max == null ? 200 : max)
                    .put("for", Times.iso(time == null ? "10m" : time, spec)).put("folder", folder().toString());
        }
        return asked;
    }

    private Path folder() {
        var folder = to == null
                ? Home.stateFile().resolveSibling("recordings/%s-%s".formatted(modality, NAME.format(Instant.now())))
                : to;
        return folder.toAbsolutePath().normalize();
    }

    static void print(JsonNode recording, PrintStream to) {
        var name = recording.path("modality").asText();
        if (!recording.has("id")) {
            to.printf("%s has never been recorded%n", name);
            return;
        }
        to.printf(Locale.ROOT, "%s: %s%n", name, recording.path("over").asBoolean()
                ? "nothing is recorded; the last recording is over: " + recording.path("end").asText()
                : "%s %% of the requests are recorded until %s".formatted(
                        new java.math.BigDecimal(recording.path("share").asText()).stripTrailingZeros()
                                .toPlainString(),
                        recording.path("until").asText()));
        to.printf("%s: %s%n", recording.path("who").asText(), recording.path("why").asText());
        to.printf(Locale.ROOT, "%d of at most %d, %.1f MiB, in %s%n", recording.path("files").asInt(),
                recording.path("max").asInt(), recording.path("bytes").asLong() / MIB,
                recording.path("folder").asText());
    }
}
