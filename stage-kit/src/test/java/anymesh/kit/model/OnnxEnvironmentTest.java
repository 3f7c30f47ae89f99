// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OnnxEnvironmentTest {
    private static final String RUNTIME = System.mapLibraryName("onnxruntime");

    @TempDir
    private Path cache;

    @Test
    void librariesAreUnpackedOnceForAllProcesses() throws IOException {
        var folder = unpack();
        assertThat(folder).hasParent(cache).isDirectoryContaining("glob:**/" + RUNTIME)
                .isDirectoryContaining("glob:**/" + System.mapLibraryName("onnxruntime4j_jni"));
        var longAgo = FileTime.fromMillis(1_000_000);
        Files.setLastModifiedTime(folder.resolve(RUNTIME), longAgo);
        assertThat(unpack()).isEqualTo(folder);
        assertThat(Files.getLastModifiedTime(folder.resolve(RUNTIME))).isEqualTo(longAgo);
    }

    @Test
    void aLibraryThatWasCutOffIsMendedAndNothingElseIsLeft() throws IOException {
        var folder = unpack();
        var files = folder.toFile().list();
        var whole = Files.readAllBytes(folder.resolve(RUNTIME));
        try (var file = FileChannel.open(folder.resolve(RUNTIME), StandardOpenOption.WRITE)) {
            file.truncate(1000).write(ByteBuffer.wrap(new byte[]{1}));
        }
        assertThat(unpack().resolve(RUNTIME)).hasBinaryContent(whole);
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder(files);
    }

    @Test
    void withoutAFolderToTrustTheRuntimeHelpsItself() throws IOException {
        assertThat(OnnxEnvironment.unpack(Path.of("?/.cache"))).isNull();
    }

    @Test
    void theRuntimeLeavesNoTemporaryFolder() throws IOException {
        assertThat(OnnxEnvironment.get().getVersion()).isNotBlank();
        try (var found = Files.newDirectoryStream(Path.of(System.getProperty("java.io.tmpdir")), "onnxruntime-java*")) {
            for (var folder : found) {
                // Others' may lie there; ours would be as young as this process.
                assertThat(Files.getLastModifiedTime(folder).toInstant())
                        .isBefore(ProcessHandle.current().info().startInstant().orElseThrow());
            }
        }
    }

    private Path unpack() throws IOException {
        return Objects.requireNonNull(OnnxEnvironment.unpack(cache));
    }
}
