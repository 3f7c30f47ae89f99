// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.recording;

import anymesh.wire.EmbeddingBatch;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Where the files of one recording lie, numbered from 1 to as many as there may be. Whoever creates {@code NUMBER.part} has that
 * number, unless {@code NUMBER.arrow} is there; so that gateways which share the folder, and one that was started again,
 * keep to the same bound. A part that a killed gateway left counts as if it were whole. For one thread.
 */
final class RecordingFolder {
    private static final FileAttribute<?> FOLDER = PosixFilePermissions.asFileAttribute(
            PosixFilePermissions.fromString("rwx------"));
    private static final FileAttribute<?> FILE = PosixFilePermissions.asFileAttribute(
            PosixFilePermissions.fromString("rw-------"));

    private final Path folder;
    private final Recording recording;
    private final long mostBytes;
    private int number;
    private long bytes;

    RecordingFolder(Recording recording) {
        this(recording, Recording.MOST_BYTES);
    }

    RecordingFolder(Recording recording, long mostBytes) {
        this.folder = Path.of(recording.folder());
        this.recording = recording;
        this.mostBytes = mostBytes;
    }

    /** Makes the folder if there is none, for its owner's eyes: in it lies what users asked for. */
    static void create(Path folder) throws IOException {
        Files.createDirectories(folder, FOLDER);
    }

    /** Why nothing more may be written; empty if something may. What others wrote is known up to the last number tried. */
    String full() {
        if (number >= recording.max()) {
            return "%d are recorded, as many as it may".formatted(recording.max());
        }
        return bytes >= mostBytes ? "%d MiB are recorded, as much as it may".formatted(mostBytes >> 20) : "";
    }

    /** Writes a whole file; nothing, and says so, if it is full by then. */
    boolean write(EmbeddingBatch condition, RecordedInput input) throws IOException {
        while (full().isEmpty()) {
            number++;
            var name = "%s%06d".formatted(recording.prefix(), number);
            var part = folder.resolve(name + ".part");
            var whole = folder.resolve(name + ".arrow");
            if (claim(part, whole)) {
                fill(part, whole, condition, input);
                return true;
            }
            bytes += Files.exists(whole) ? Files.size(whole) : 0;
        }
        return false;
    }

    private static boolean claim(Path part, Path whole) throws IOException {
        try {
            Files.createFile(part, FILE);
        } catch (FileAlreadyExistsException _) {
            return false;
        }
        if (Files.exists(whole)) {
            Files.delete(part);
            return false;
        }
        return true;
    }

    private void fill(Path part, Path whole, EmbeddingBatch condition, RecordedInput input) throws IOException {
        try {
            try (WritableByteChannel to = Files.newByteChannel(part, Set.of(StandardOpenOption.WRITE))) {
                input.write(condition, to);
            }
            bytes += Files.size(part);
            Files.move(part, whole, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(part);
            throw e;
        }
    }
}
