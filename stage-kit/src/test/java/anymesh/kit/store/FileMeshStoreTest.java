// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.kit.server.Futures;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 180, threadMode = ThreadMode.SEPARATE_THREAD)
final class FileMeshStoreTest extends MeshStoreContract {
    @TempDir
    private Path folder;

    private @Nullable MeshStore only;

    @Override
    protected MeshStore open() {
        only = only == null ? opened() : only;
        return only;
    }

    private FileMeshStore opened() {
        try {
            return FileMeshStore.open(folder.resolve("documents.json"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void anotherOneFindsWhatWasWritten() {
        try (var store = opened()) {
            assertThat(Futures.join(store.put("routes/output/image", "{\"für\":\"✓\"}", Document.ABSENT))).isTrue();
            assertThat(Futures.join(store.put("routes/output/audio", "gone", Document.ABSENT))).isTrue();
            long version = Futures.join(store.get("routes/output/audio")).orElseThrow().version();
            assertThat(Futures.join(store.remove("routes/output/audio", version))).isTrue();
        }
        try (var next = opened()) {
            assertThat(Futures.join(next.list("routes/"))).singleElement()
                    .satisfies(found -> assertThat(found.text()).isEqualTo("{\"für\":\"✓\"}"));
        }
    }

    @Test
    void whatIsNoSuchFileIsRefusedAndStays() throws Exception {
        for (var text : new String[]{"{\"routes/output/image\":", "[]", "{\"a\": 1}", "{\"not a name\": \"x\"}"}) {
            var file = Files.writeString(folder.resolve("documents.json"), text);
            assertThatThrownBy(() -> FileMeshStore.open(file)).as(text).isInstanceOf(IOException.class)
                    .hasMessageContaining("does not hold a mesh's documents");
            assertThat(file).hasContent(text);
        }
    }

    @Test
    void aWriteThatDoesNotReachTheDiskFails() throws Exception {
        var store = FileMeshStore.open(folder.resolve("there/documents.json"));
        Files.writeString(folder.resolve("there"), "a file where the folder should be");
        var written = store.put("routes/output/image", "{}", Document.ABSENT);
        assertThatThrownBy(() -> Futures.join(written)).hasRootCauseInstanceOf(IOException.class);
        store.close();
    }
}
