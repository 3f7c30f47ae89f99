// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.kit.store.InMemoryMeshStore;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RecordDeskTest {
    private final RecordDesk desk = new RecordDesk(new InMemoryMeshStore());

    @TempDir
    private Path parent;
    private Path folder;

    @BeforeEach
    void name() {
        folder = parent.resolve("recorded");
    }

    private JsonObject asked() {
        return new JsonObject().put("modality", "image").put("folder", folder.toString()).put("who", "ann")
                .put("why", "to see");
    }

    @Test
    void whatIsAskedForStandsInTheStoreUntilItIsStopped() throws IOException {
        assertThat(desk.look("image")).isEqualTo(new JsonObject().put("modality", "image"));
        var begun = desk.ask(asked().put("share", 0.5).put("max", 7).put("for", "PT1M"));
        assertThat(begun.getDouble("share")).isEqualTo(0.5);
        assertThat(begun.getInteger("max")).isEqualTo(7);
        assertThat(begun.getBoolean("over")).isFalse();
        assertThat(folder).isDirectory();
        Files.writeString(folder.resolve("image-%s-000001.arrow".formatted(begun.getString("id"))), "12345");
        Files.writeString(folder.resolve("image-other-000001.arrow"), "of another recording");
        assertThat(desk.look("IMAGE").getInteger("files")).isEqualTo(1);
        assertThat(desk.look("image").getLong("bytes")).isEqualTo(5);
        var stopped = desk.ask(new JsonObject().put("modality", "image").put("stop", true).put("who", "bob")
                .put("why", "enough"));
        assertThat(stopped.getBoolean("over")).isTrue();
        assertThat(stopped.getString("end")).isEqualTo("bob stops it: enough");
        assertThat(desk.ask(asked()).getBoolean("over")).as("another one").isFalse();
    }

    @Test
    void whatCannotBeIsRefusedAndLeavesNoFolder() throws IOException {
        assertRefused("modality: text", asked().put("modality", "text"));
        assertRefused("share: 0.0", asked().put("share", 0));
        assertRefused("for: soon", asked().put("for", "soon"));
        assertRefused("for: PT0S", asked().put("for", "PT0S"));
        assertRefused("why: ", asked().put("why", ""));
        assertRefused("image is not recorded", new JsonObject().put("modality", "image").put("stop", true));
        assertThat(folder).doesNotExist();
        desk.ask(asked());
        var other = parent.resolve("other");
        assertRefused("image is recorded already, by ann", asked().put("folder", other.toString()));
        assertThat(other).doesNotExist();
        assertThat(desk.ask(asked().put("modality", "audio")).getBoolean("over")).as("another modality").isFalse();
    }

    @Test
    void aFolderThatCannotBeMadeIsTold() throws IOException {
        Files.writeString(folder, "a file");
        assertThatThrownBy(() -> desk.ask(asked())).isInstanceOf(IOException.class)
                .hasMessageContaining(folder.toString());
    }

    private void assertRefused(String why, JsonObject asked) {
        assertThatThrownBy(() -> desk.ask(asked)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(why);
    }
}
