// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.replay;

import anymesh.gateway.recording.RecordedInput;
import anymesh.kit.catalogue.Modalities;
import anymesh.kit.registry.Release;
import anymesh.v1.Modality;
import anymesh.wire.WireMemory;
import anymesh.wire.error.MeshException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The recordings of a folder that can be read, in the order of their names.
 *
 * @param damaged why each of the others can't be, beginning with its name
 */
record RecordingFiles(Path folder, List<Path> files, List<RecordedInput> inputs, List<String> damaged) {

    /** Of a folder that is there. {@link IOException} says so if there is nothing to replay, or of several modalities. */
    static RecordingFiles open(Path folder, WireMemory memory) throws IOException {
        var found = new RecordingFiles(folder, new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        for (var file : list(folder)) {
            try (var read = RecordedInput.read(file, memory)) {
                found.files.add(file);
                found.inputs.add(read.input());
            } catch (IOException | MeshException e) {
                found.damaged.add("%s: %s".formatted(file.getFileName(), e.getMessage()));
            }
        }
        found.requireSome();
        return found;
    }

    private static List<Path> list(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().endsWith(".arrow")).sorted().toList();
        }
    }

    private void requireSome() throws IOException {
        if (inputs.isEmpty()) {
            throw new IOException(damaged.isEmpty()
                    ? "%s holds no recording (expected: files that end in .arrow)".formatted(folder)
                    : "none of the %d recordings in %s can be read, such as %s".formatted(damaged.size(), folder,
                            damaged.getFirst()));
        }
        var modalities = inputs.stream().map(input -> Modalities.name(input.request().getModality())).distinct()
                .toList();
        if (modalities.size() > 1) {
            throw new IOException("%s holds recordings of %s (expected: of one modality)".formatted(folder,
                    String.join(" and ", modalities)));
        }
    }

    Modality modality() {
        return inputs.getFirst().request().getModality();
    }

    /** The release that most of them were sent to. */
    Release recordedFrom() {
        return inputs.stream().collect(Collectors.groupingBy(RecordedInput::release, Collectors.counting())).entrySet()
                .stream().max(Comparator.comparingLong(entry -> entry.getValue())).orElseThrow().getKey();
    }

    /** So many of them at most, from everywhere in the folder. */
    RecordingFiles atMost(int most) {
        return files.size() <= most ? this : new RecordingFiles(folder, some(files, most), some(inputs, most), damaged);
    }

    private static <T> List<T> some(List<T> all, int most) {
        return IntStream.range(0, most)
                .mapToObj(i -> all.get((int) ((long) i * all.size() / most))).toList();
    }
}
