// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.media;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.kit.server.Futures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FolderMediaStoreTest extends MediaStoreContract {
    @TempDir
    Path folder;

    @Override
    MediaStore open() {
        return new FolderMediaStore(vertx, folder.resolve("media"));
    }

    @Test
    void thereIsNoFolderBeforeAnythingIsWritten() {
        Futures.join(store.ready());
        Futures.join(store.delete("video_1/a"));
        assertThat(folder.resolve("media")).doesNotExist();
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
    void halvesOfFilesAreListedToo() throws IOException {
        put("video_1/a", "a");
        Files.writeString(folder.resolve("media/video_1/x.part"), "half");
        assertThat(Futures.join(store.olderThan(Duration.ofMinutes(-1)))).containsExactlyInAnyOrder("video_1/a",
                "video_1/x.part");
    }

    @Test
    void itIsForItsOwnersEyes() throws IOException {
        put("video_1/a", "a");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("media/video_1/a"))))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("media"))))
                .isEqualTo("rwx------");
    }
}
