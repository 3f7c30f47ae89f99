// SPDX-License-Identifier: Apache-2.0
package anymesh.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.wire.error.MeshException;
import anymesh.wire.testing.Batches;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The fixtures are written, and read, by src/test/python/pyarrow_fixtures.py. */
class EmbeddingFileTest {
    private static final Map<String, String> NOTES = Map.of("words", "ein roter Würfel", "seed", "7");

    private final WireMemory memory = new WireMemory("test", 1 << 20);

    @TempDir
    private Path folder;
    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("batch.arrow");
    }

    @AfterEach
    void memoryClosesWithoutLeak() {
        memory.close();
    }

    private void write(EmbeddingBatch batch, Map<String, String> notes) throws IOException {
        try (var out = Files.newOutputStream(file)) {
            EmbeddingFile.write(batch, notes, Channels.newChannel(out));
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsWrittenIsRead(DType dtype) throws IOException {
        var spec = new EmbeddingSpec("odd", List.of(3, 5), dtype, "toyworld", "2.0.0");
        try (var batch = Batches.random(memory, spec, 3, 1)) {
            write(batch, NOTES);
            try (var read = EmbeddingFile.read(file, memory)) {
                assertThat(read.notes()).isEqualTo(NOTES);
                assertThat(read.batch().spec()).isEqualTo(spec);
                assertThat(read.batch().rows()).isEqualTo(3);
                assertThat(read.batch().data()).isEqualTo(batch.data());
                assertThat(read.batch().bodyBytes()).isEqualTo(batch.bodyBytes());
            }
        }
    }

    @Test
    void aBatchThatCameOffTheWireIsWrittenToo() throws IOException {
        try (var batch = Batches.random(memory, 1, 2);
                var received = EmbeddingBatch.received(batch.ipcSchema(), batch.ipcHeader(),
                        memory.allocate(batch.bodyBytes()), (int) batch.bodyBytes())) {
            received.data().put(batch.data());
            write(received, Map.of());
            try (var read = EmbeddingFile.read(file, memory)) {
                assertThat(read.batch().data()).isEqualTo(batch.data());
                assertThat(read.notes()).isEmpty();
            }
        }
    }

    @Test
    void notesCannotSayWhatABatchSaysOfItself() throws IOException {
        try (var batch = Batches.random(memory, 1, 3)) {
            write(batch, Map.of("space", "another"));
            try (var read = EmbeddingFile.read(file, memory)) {
                assertThat(read.batch().spec()).isEqualTo(Batches.SPEC);
                assertThat(read.notes()).isEmpty();
            }
        }
    }

    @Test
    void notesThatNobodyCouldReadAreRefused() {
        try (var batch = Batches.random(memory, 1, 3)) {
            assertThatThrownBy(() -> write(batch, Map.of("words", "x".repeat(WireLimits.MAX_METADATA_BYTES))))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("too long");
        }
    }

    @Test
    void damageIsAnErrorAndLeaksNothing() throws IOException {
        try (var batch = Batches.random(memory, new EmbeddingSpec("s", List.of(4), DType.FLOAT32, "b", "1"), 2, 4)) {
            write(batch, NOTES);
        }
        var whole = Files.readAllBytes(file);
        var random = new SplittableRandom(5);
        for (int i = 0; i < 500; i++) {
            var damaged = whole.clone();
            for (int hits = 0; hits < 3; hits++) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            Files.write(file, damaged);
            readsOrSaysWhyNot();
        }
        for (int length = 0; length < whole.length; length += 7) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> EmbeddingFile.read(file, memory).close()).as("%d bytes", length)
                    .isInstanceOf(IOException.class);
        }
    }

    /** A number that changed is no damage that anybody could see. */
    private void readsOrSaysWhyNot() {
        try (var read = EmbeddingFile.read(file, memory)) {
            assertThat(read.batch().data().remaining()).isEqualTo(read.batch().rows() * read.batch().spec().rowBytes());
        } catch (IOException | MeshException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
        assertThat(memory.allocatedBytes()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void filesOfPyarrowAreRead(DType dtype) throws IOException {
        copy("from-pyarrow-", dtype);
        try (var read = EmbeddingFile.read(file, memory)) {
            assertThat(read.notes()).containsEntry("words", "a red bell");
            assertThat(read.batch().spec()).isEqualTo(spec(dtype, "pyarrow"));
            assertThat(read.batch().rows()).isEqualTo(3);
            for (int i = 0; i < 18; i++) {
                assertThat(PyarrowTest.number(read.batch().data(), dtype, i)).isEqualTo(i / 4f);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void filesOfOursAreThoseThatPyarrowReads(DType dtype) throws IOException {
        copy("from-java-", dtype);
        var expected = Files.readAllBytes(file);
        try (var batch = EmbeddingBatch.allocate(memory, spec(dtype, "java"), 3)) {
            PyarrowTest.fill(batch, dtype);
            write(batch, Map.of("words", "a red bell"));
        }
        assertThat(Files.readAllBytes(file)).isEqualTo(expected);
    }

    private static EmbeddingSpec spec(DType dtype, String bundle) {
        return new EmbeddingSpec("fixture", List.of(2, 3), dtype, bundle, "1");
    }

    private void copy(String name, DType dtype) throws IOException {
        String path = "/pyarrow/" + name + dtype.name().toLowerCase(Locale.ROOT) + ".arrow";
        try (InputStream in = EmbeddingFileTest.class.getResourceAsStream(path)) {
            assertThat(in).as(path).isNotNull();
            Files.copy(in, file);
        }
    }
}
