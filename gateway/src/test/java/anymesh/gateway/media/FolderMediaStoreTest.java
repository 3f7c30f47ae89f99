// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.kit.server.Futures;
import com.google.protobuf.ByteString;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FolderMediaStoreTest {
    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();
    private FolderMediaStore store;

    @BeforeEach
    void open() {
        store = new FolderMediaStore(vertx, folder.resolve("media"));
    }

    @AfterEach
    void close() {
        Futures.join(vertx.close());
    }

    private void put(String name, String text) {
        Futures.join(store.put(name, ByteString.copyFromUtf8(text)));
    }

    private String read(String name, long from, int length) {
        return Futures.join(store.read(name, from, length)).toString();
    }

    @Test
    void whatIsWrittenIsReadInParts() {
        put("video_1/1-video.mp4", "0123456789");
        assertThat(read("video_1/1-video.mp4", 0, 100)).isEqualTo("0123456789");
        assertThat(read("video_1/1-video.mp4", 3, 4)).isEqualTo("3456");
        assertThat(read("video_1/1-video.mp4", 10, 4)).isEmpty();
        put("video_1/1-video.mp4", "again");
        assertThat(read("video_1/1-video.mp4", 0, 100)).isEqualTo("again");
    }

    @Test
    void whatIsNotThereIsSaidToBeMissingAndMayBeDeleted() {
        Futures.join(store.delete("video_1/a"));
        assertThatThrownBy(() -> read("video_1/a", 0, 1)).isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(NoSuchFileException.class);
        assertThat(folder.resolve("media")).as("nobody wrote anything").doesNotExist();
        assertThat(Futures.join(store.olderThan(Duration.ZERO))).isEmpty();
    }

    @Test
    void theLastFileTakesItsFolderAlong() {
        put("video_1/a", "a");
        put("video_1/b", "b");
        Futures.join(store.delete("video_1/a"));
        assertThat(read("video_1/b", 0, 1)).isEqualTo("b");
        Futures.join(store.delete("video_1/b"));
        assertThat(folder.resolve("media/video_1")).doesNotExist();
        put("video_1/c", "c");
        assertThat(read("video_1/c", 0, 1)).isEqualTo("c");
    }

    @Test
    void oldFilesAreListedAndHalvesOfThemToo() throws IOException {
        put("video_1/a", "a");
        Files.writeString(folder.resolve("media/video_1/x.part"), "half");
        assertThat(Futures.join(store.olderThan(Duration.ofMinutes(-1)))).containsExactlyInAnyOrder("video_1/a",
                "video_1/x.part");
        assertThat(Futures.join(store.olderThan(Duration.ofHours(1)))).isEmpty();
    }

    @Test
    void itIsForItsOwnersEyes() throws IOException {
        put("video_1/a", "a");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("media/video_1/a"))))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("media"))))
                .isEqualTo("rwx------");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../a", "/etc/passwd", "video_1/../../a", "a", "a/b/c", ""})
    void noNameLeadsElsewhere(String name) throws IOException {
        Files.writeString(folder.resolve("a"), "secret");
        assertThatThrownBy(() -> read(name, 0, 10)).hasCauseInstanceOf(NoSuchFileException.class);
        Futures.join(store.delete(name).otherwiseEmpty());
        assertThat(folder.resolve("a")).exists();
    }
}
