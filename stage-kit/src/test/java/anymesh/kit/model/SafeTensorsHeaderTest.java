// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.kit.testing.SafeTensorsBytes;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafeTensorsHeaderTest {
    private static final byte[] DATA = {1, 2, 3, 4, 5, 6, 7, 8};

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private Path file() {
        return folder.resolve("model.safetensors");
    }

    @Test
    void tensorsAreWhereTheHeaderSays() throws IOException {
        SafeTensorsBytes.write(file(), """
                {"__metadata__": {"format": "pt"}, "b": {"dtype": "BF16", "shape": [1, 2], "data_offsets": [4, 8]},
                 "a": {"dtype": "F32", "shape": [], "data_offsets": [0, 4]},
                 "c": {"dtype": "F4_OF_TOMORROW", "shape": [3], "data_offsets": [4, 6]}}""", DATA);
        var parts = SafeTensorsHeader.read(file());
        assertThat(parts.keySet()).containsExactly("a", "b", "c");
        var part = Objects.requireNonNull(parts.get("b"));
        assertThat(part.type()).isEqualTo("BF16");
        assertThat(part.shape()).isEqualTo(List.of(1L, 2L));
        assertThat(part.length()).isEqualTo(4);
        assertThat(part.offset()).isEqualTo(Files.size(file()) - 4);
        try (var in = part.open()) {
            assertThat(in.readNBytes(4)).containsExactly(5, 6, 7, 8);
        }
    }

    private void refused(String sentence) {
        assertThatThrownBy(() -> SafeTensorsHeader.read(file())).isInstanceOf(BundleException.class)
                .hasMessageStartingWith(file() + ": ").hasMessageContaining(sentence);
    }

    @Test
    void aFileThatIsCutIsRefused() throws IOException {
        refused("cannot be read");
        Files.write(file(), new byte[0]);
        refused("0 bytes (expected: safetensors, which begin with the length of a header)");
        Files.write(file(), new byte[7]);
        refused("7 bytes");
        SafeTensorsBytes.write(file(), 3, "{}", new byte[0]);
        refused("a header of 3 bytes in a file of 10");
    }

    /** No such header is ever allocated. */
    @ParameterizedTest
    @ValueSource(longs = {10_000_000_000L, Long.MAX_VALUE, Long.MIN_VALUE, -1})
    void aHeaderOfAnyLengthIsHeldAgainstTheFile(long length) {
        SafeTensorsBytes.write(file(), length, "{}", DATA);
        refused("a header of " + Long.toUnsignedString(length)
                + " bytes in a file of 18 (expected: safetensors, whole, with a header of at most 100000000)");
    }

    @Test
    void aHeaderThatIsTooLargeIsRefusedThoughItIsThere() throws IOException {
        SafeTensorsBytes.write(file(), 10_000_000_000L, "", new byte[0]);
        try (var sparse = new RandomAccessFile(file().toFile(), "rw")) {
            sparse.setLength(10_000_000_100L);
        }
        refused("a header of 10000000000 bytes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\": ", "", "[1]", "5", "garbage", "\u0000\u0001"})
    void aHeaderThatIsNoObjectIsRefused(String header) {
        SafeTensorsBytes.write(file(), header, DATA);
        refused("header");
    }

    @Test
    void aHeaderThatIsNestedWithoutEndIsRefused() {
        SafeTensorsBytes.write(file(), "{\"a\":" + "[".repeat(100_000), DATA);
        refused("header: not JSON");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{'dtype': 'F32', 'shape': [2], 'data_offsets': [4, 12]} | it lies at 4 to 12 of 8 bytes",
        "{'dtype': 'F32', 'shape': [1], 'data_offsets': [8, 4]} | it lies at 8 to 4",
        "{'dtype': 'F32', 'shape': [1], 'data_offsets': [0, 9223372036854775807]} | it lies at 0 to 9223372036854775807",
        "{'dtype': 'F32', 'shape': [1], 'data_offsets': [-4, 0]} | are no such",
        "{'dtype': 'F32', 'shape': [1], 'data_offsets': [0, 99999999999999999999]} | are no such",
        "{'dtype': 'F32', 'shape': [1], 'data_offsets': [0, 4, 8]} | are no such",
        "{'dtype': 'F32', 'shape': [1], 'data_offsets': 4} | are no such",
        "{'dtype': 'F32', 'shape': [-1, -1], 'data_offsets': [0, 4]} | are no such",
        "{'dtype': 'F32', 'shape': 1, 'data_offsets': [0, 4]} | are no such",
        "{'shape': [1], 'data_offsets': [0, 4]} | are no such", "4 | are no such", "null | are no such",
        "{'dtype': 'F32', 'shape': [2], 'data_offsets': [0, 4]} | [2] of F32 in 4 bytes",
        "{'dtype': 'BF16', 'shape': [4294967296, 4294967296], 'data_offsets': [0, 0]} | of BF16 in 0 bytes"}, quoteCharacter = '"')
    void aTensorThatDoesNotFitItsFileIsRefused(String entry, String sentence) {
        SafeTensorsBytes.write(file(), "{\"weight\": %s}".formatted(entry.replace('\'', '"')), DATA);
        refused("tensor 'weight': ");
        refused(sentence);
    }
}
