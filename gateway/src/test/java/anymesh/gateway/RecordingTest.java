// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import static anymesh.gateway.TestingClient.CHAT;
import static anymesh.gateway.TestingClient.IMAGES;
import static anymesh.gateway.TestingClient.chat;
import static anymesh.gateway.TestingClient.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import anymesh.gateway.recording.RecordedInput;
import anymesh.gateway.recording.Recording;
import anymesh.gateway.recording.StoredRecordings;
import anymesh.kit.server.Futures;
import anymesh.v1.Modality;
import anymesh.wire.WireMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a gateway sends to a generator while it is recorded. */
class RecordingTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    private final TestingMesh mesh = new TestingMesh(TestingMesh.config(), Modality.IMAGE, Modality.AUDIO);
    private final StoredRecordings recordings = new StoredRecordings(mesh.store);

    @TempDir
    private Path folder;

    @AfterEach
    void close() {
        mesh.close();
    }

    private void begin(Path to) {
        var now = Instant.now();
        Futures.join(recordings.begin(new Recording("1", Modality.IMAGE, 100, 3, now, now.plusSeconds(600),
                to.toString(), "a test", "to see it", ""), now));
    }

    private String ended() {
        return Futures.join(recordings.get(Modality.IMAGE)).orElseThrow().ended();
    }

    private List<RecordedInput> read() throws IOException {
        var inputs = new ArrayList<RecordedInput>();
        try (var memory = new WireMemory("reader", 1 << 20);
                var files = Files.newDirectoryStream(folder, "*.arrow")) {
            for (var file : files) {
                try (var read = RecordedInput.read(file, memory)) {
                    assertThat(read.condition().spec().space()).isEqualTo("toy-cond");
                    inputs.add(read.input());
                }
            }
        }
        inputs.sort(Comparator.comparingLong(input -> input.request().getSeed()));
        return inputs;
    }

    @Test
    void eachMediumOfTheModalityIsKeptWithItsSeedAndWords() throws Exception {
        begin(folder);
        assertThat(mesh.client.post(CHAT, chat("'audio'")).status()).isEqualTo(200);
        assertThat(mesh.client.post(IMAGES,
                json("{'model':'toyworld','prompt':'image','n':3,'seed':5,'size':'256x256'}")).status()).isEqualTo(200);
        await().atMost(SOON).until(() -> !ended().isEmpty());
        var read = read();
        assertThat(read).extracting(input -> input.request().getSeed()).containsExactly(5L, 6L, 7L);
        assertThat(read).allSatisfy(input -> {
            assertThat(input.words()).contains("image");
            assertThat(input.request().getSize()).isEqualTo("256x256");
            assertThat(input.release()).hasToString("generator-image=toyworld@1.0.0");
            assertThat(input.requestId()).isNotBlank();
        });
    }

    @Test
    void noRequestFailsIfNothingCanBeWritten() throws Exception {
        var file = Files.writeString(folder.resolve("file"), "no folder");
        begin(file);
        assertThat(mesh.client.post(CHAT, chat("'image'")).status()).isEqualTo(200);
        await().atMost(SOON).until(() -> ended().startsWith("nothing can be written: "));
        assertThat(mesh.client.post(CHAT, chat("'image'")).status()).isEqualTo(200);
    }
}
