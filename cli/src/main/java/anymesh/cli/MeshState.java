// SPDX-License-Identifier: Apache-2.0
package anymesh.cli;

import anymesh.kit.registry.StageInstance;
import anymesh.v1.Capability;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The state file by which other commands find a running mesh: where it listens, whose it is, what instances it has. */
record MeshState(String url, long pid, List<Instance> instances) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** One running instance; {@code grpc} and {@code http} are host:port. */
    record Instance(String id, String stage, String modality, String bundle, String version, String state, long pid,
            String grpc, String http) {

        static Instance of(StageInstance instance) {
            var description = instance.description();
            var modalities = description.getCapabilitiesList().stream().map(Capability::getModality)
                    .map(modality -> modality.name().toLowerCase(Locale.ROOT)).distinct()
                    .collect(Collectors.joining(","));
            return new Instance(instance.id(), instance.service(), modalities, description.getBundle(),
                    description.getVersion(), instance.state().name().toLowerCase(Locale.ROOT), instance.pid(),
                    instance.host() + ":" + instance.grpcPort(), instance.host() + ":" + instance.httpPort());
        }
    }

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

    @JsonIgnore
    boolean isAlive() {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    /** Replaces the file in one move, so that nobody reads half of it. */
    void write(Path file) {
        try {
            Files.createDirectories(file.getParent());
            var next = file.resolveSibling(file.getFileName() + ".next");
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
