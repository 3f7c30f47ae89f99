// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.gateway.recording.RecordedInput;
import anymesh.kit.registry.Release;
import anymesh.v1.GeneratorRequest;
import anymesh.v1.Modality;
import anymesh.wire.DType;
import anymesh.wire.EmbeddingBatch;
import anymesh.wire.EmbeddingSpec;
import anymesh.wire.WireMemory;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RecordingFilesTest {
    private final WireMemory memory = new WireMemory("test", 1 << 20);

    @TempDir
    private Path folder;

    @AfterEach
    void nothingLeaks() {
        memory.close();
    }

    private void write(int number, Modality modality, String version) throws IOException {
        var request = GeneratorRequest.newBuilder().setModality(modality).setSeed(number).build();
        var release = new Release("generator-image", "toyworld", version);
        try (var out = Files.newOutputStream(folder.resolve("image-%03d.arrow".formatted(number)));
                var batch = EmbeddingBatch.allocate(memory,
                        new EmbeddingSpec("s", List.of(2), DType.FLOAT32, "b", "1"), 1)) {
            batch.data().putFloat(1).putFloat(2);
            new RecordedInput("1", "r", release, Instant.EPOCH, "a bell", request).write(batch,
                    Channels.newChannel(out));
        }
    }

    private static List<Long> seeds(RecordingFiles files) {
        return files.inputs().stream().map(input -> input.request().getSeed()).toList();
    }

    @Test
    void whatCanBeReadIsReadAndTheRestIsCounted() throws IOException {
        for (int i = 0; i < 10; i++) {
            write(i, Modality.IMAGE, i < 4 ? "1.0.0" : "2.0.0");
        }
        Files.writeString(folder.resolve("image-100.arrow"), "no Arrow file");
        Files.writeString(folder.resolve("image-101.part"), "is being written");
        var files = RecordingFiles.open(folder, memory);
        assertThat(seeds(files)).containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
        assertThat(files.damaged()).singleElement().asString().startsWith("image-100.arrow: it is no whole Arrow file");
        assertThat(files.modality()).isEqualTo(Modality.IMAGE);
        assertThat(files.recordedFrom()).hasToString("generator-image=toyworld@2.0.0");
        assertThat(seeds(files.atMost(4))).as("from everywhere").containsExactly(0L, 2L, 5L, 7L);
        assertThat(files.atMost(10)).isSameAs(files);
    }

    @Test
    void whatHoldsNothingToReplayIsRefused() throws IOException {
        assertRefused("holds no recording");
        Files.writeString(folder.resolve("image-100.arrow"), "no Arrow file");
        assertRefused("none of the 1 recordings in " + folder + " can be read, such as image-100.arrow: ");
        write(1, Modality.IMAGE, "1.0.0");
        write(2, Modality.AUDIO, "1.0.0");
        assertRefused("recordings of image and audio (expected: of one modality)");
    }

    private void assertRefused(String why) {
        assertThatThrownBy(() -> RecordingFiles.open(folder, memory)).isInstanceOf(IOException.class)
                .hasMessageContaining(why);
    }
}
