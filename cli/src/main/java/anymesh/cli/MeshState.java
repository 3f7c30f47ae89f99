// SPDX-License-Identifier: Apache-2.0
package anymesh.cli;

import anymesh.cli.processes.Control;
import anymesh.cli.settings.Home;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/** The state file by which other commands find a running mesh: where it listens, whose it is, and where it takes commands. */
record MeshState(String url, long pid, Control control) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** The mesh that left its state here and still lives. */
    static Optional<MeshState> running(Path file) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(JSON.readValue(file.toFile(), MeshState.class)).filter(MeshState::isAlive);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** As {@link #running}, where it takes commands; throws with a hint where there is none. */
    static Control runningControl() throws IOException {
        return running(Home.stateFile())
                .orElseThrow(() -> new IOException("no mesh is running (start one: ./anymesh up)")).control;
    }

    @JsonIgnore
    boolean isAlive() {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    /** Replaces the file in one move, so that nobody reads half of it. It holds a token, so it is its owner's only. */
    void write(Path file) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            var next = file.resolveSibling(file.getFileName() + ".next");
            Files.deleteIfExists(next);
            Files.createFile(next,
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.write(next, JSON.writeValueAsBytes(this));
            Files.move(next, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
