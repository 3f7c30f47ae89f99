// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.replay;

import anymesh.cli.processes.Candidate;
import anymesh.gateway.recording.RecordedInput;
import anymesh.kit.catalogue.Component;
import anymesh.kit.catalogue.ServiceKind;
import anymesh.kit.model.BundleException;
import anymesh.kit.model.ModelBundle;
import anymesh.kit.registry.Release;
import anymesh.kit.server.Futures;
import anymesh.wire.StageMethods;
import anymesh.wire.WireMemory;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Sends recordings to one or two bundles.
 *
 * @param with the second one; null for the release that was recorded, if it is one of the built-in models
 * @param max recordings at most
 */
public record Replay(Path folder, Path bundle, @Nullable Path with, int max, Path sheet) {
    private static final long MEMORY_BYTES = 256L << 20;

    /**
     * Makes everything, writes the sheet and says how it went. {@link IOException} and {@code IllegalArgumentException} have a
     * sentence for whoever asked; nothing is written then.
     *
     * @param home where the built-in models lie
     */
    public void run(Path home, PrintStream out, PrintStream err) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new IOException("there is no folder %s".formatted(folder));
        }
        if (sheet.getParent() == null || !Files.isWritable(sheet.getParent())) {
            throw new IOException("--sheet: nothing can be written to %s".formatted(sheet));
        }
        var vertx = Vertx.vertx();
        try (var memory = new WireMemory("replay", MEMORY_BYTES)) {
            var recordings = RecordingFiles.open(folder, memory).atMost(max);
            recordings.damaged().forEach(why -> err.println("skipped: " + why));
            var summary = make(recordings, bundles(recordings, home), vertx, memory);
            Sheet.write(summary, sheet);
            summary.print(out);
            out.println("sheet " + sheet);
        } finally {
            Futures.join(vertx.close());
        }
    }

    private List<Candidate> bundles(RecordingFiles recordings, Path home) {
        var service = ServiceKind.generator(recordings.modality()).name();
        var bundles = new ArrayList<>(List.of(Candidate.open(service, bundle.toString())));
        if (with != null) {
            bundles.add(Candidate.open(service, with.toString()));
        } else {
            builtIn(recordings.recordedFrom(), home)
                    .filter(found -> !found.release().equals(bundles.getFirst().release())).ifPresent(bundles::add);
        }
        return bundles;
    }

    private static Optional<Candidate> builtIn(Release release, Path home) {
        try (var folders = Files.newDirectoryStream(home.resolve("models"))) {
            for (var family : folders) {
                var found = in(family, release);
                if (found.isPresent()) {
                    return found;
                }
            }
        } catch (IOException _) {
            // There are no built-in models here.
        }
        return Optional.empty();
    }

    private static Optional<Candidate> in(Path family, Release release) throws IOException {
        if (!Files.isDirectory(family)) {
            return Optional.empty();
        }
        try (var bundles = Files.list(family)) {
            return bundles.filter(folder -> isNamed(folder, release)).flatMap(folder -> {
                try {
                    return Optional.of(Candidate.open(release.service(), folder.toString())).stream();
                } catch (IllegalArgumentException _) {
                    return Optional.<Candidate>empty().stream(); // of another modality
                }
            }).findFirst();
        }
    }

    private static boolean isNamed(Path folder, Release release) {
        try {
            var manifest = ModelBundle.manifest(folder, Component.MODALITY_GENERATOR);
            return manifest.bundle().equals(release.bundle()) && manifest.version().equals(release.version());
        } catch (BundleException _) {
            return false;
        }
    }

    private static Summary make(RecordingFiles recordings, List<Candidate> bundles, Vertx vertx, WireMemory memory)
            throws IOException {
        var loaded = new ArrayList<ReplayedBundle>();
        try {
            for (var one : bundles) {
                loaded.add(ReplayedBundle.load(one, recordings.modality(), vertx, memory));
            }
            var rows = new ArrayList<Row>();
            var methods = new StageMethods(memory);
            for (var one : loaded) {
                warm(one, recordings, methods, memory);
            }
            for (var file : recordings.files()) {
                try (var read = RecordedInput.read(file, memory)) {
                    rows.add(make(read, loaded, methods, rows.size()));
                }
            }
            return summary(recordings, bundles, rows);
        } finally {
            loaded.forEach(ReplayedBundle::close);
        }
    }

    /** Has it make one that nobody measures: in a young process the first takes many times as long. */
    private static void warm(ReplayedBundle bundle, RecordingFiles recordings, StageMethods methods, WireMemory memory)
            throws IOException {
        for (var file : recordings.files()) {
            try (var read = RecordedInput.read(file, memory)) {
                if (bundle.make(read, methods) instanceof Outcome.Made) {
                    return;
                }
            }
        }
    }

    /** By turns, as the second one finds what the first one has warmed. */
    private static Row make(RecordedInput.Read read, List<ReplayedBundle> bundles, StageMethods methods, int number) {
        if (number % 2 == 0) {
            return new Row(read.input(), bundles.stream().map(one -> one.make(read, methods)).toList());
        }
        return new Row(read.input(), bundles.reversed().stream().map(one -> one.make(read, methods)).toList()
                .reversed());
    }

    private static Summary summary(RecordingFiles recordings, List<Candidate> bundles, List<Row> rows)
            throws IOException {
        var tallies = new ArrayList<Tally>();
        for (int place = 0; place < bundles.size(); place++) {
            var tally = Tally.of(bundles.get(place), place, rows);
            if (tally.made() == 0 && rows.getFirst().outcomes().get(place) instanceof Outcome.Refused(var why)) {
                throw new IOException(
                        "%s makes none of the %d recordings: %s".formatted(bundles.get(place), rows.size(),
                                why));
            }
            tallies.add(tally);
        }
        return new Summary(recordings, rows, tallies);
    }
}
