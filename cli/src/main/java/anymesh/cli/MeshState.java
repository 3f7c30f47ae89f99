// SPDX-License-Identifier: Apache-2.0
package anymesh.cli;

import anymesh.cli.processes.Control;
import anymesh.cli.processes.InstanceView;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The state file by which other commands find a running mesh: where it listens, whose it is, and either its instances or,
 * for a mesh of processes, how to ask for them.
 */
record MeshState(String url, long pid, List<InstanceView> instances, @Nullable Control control) {
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

    /** As {@link #running}, for commands that only a mesh of processes knows; throws with a hint where there is none. */
    static Control runningControl() throws IOException {
        var state = running(Home.stateFile())
                .orElseThrow(() -> new IOException("no mesh is running (start one: ./anymesh up --processes)"));
        if (state.control == null) {
            throw new IOException("the mesh at %s runs in one process; this needs ./anymesh up --processes"
                    .formatted(state.url));
        }
        return state.control;
    }

    /** The instances of this moment. */
    List<InstanceView> currentInstances() throws IOException, InterruptedException {
        return control == null ? instances : control.instances();
    }

    @JsonIgnore
    boolean isAlive() {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    /** Replaces the file in one move, so that nobody reads half of it. It may hold a token, so it is its owner's only. */
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
