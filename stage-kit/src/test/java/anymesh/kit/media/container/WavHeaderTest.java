// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.wire.error.InvalidInput;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** WAVs that were streamed are read to their end, and WAVs that are cut off are refused. */
final class WavHeaderTest {
    private static final int SAMPLES = 1000;

    /** ffmpeg, ElevenLabs, sox, a round number, arecord, libsndfile, and some that have taken a header off. */
    @ParameterizedTest
    @ValueSource(longs = {0xFFFFFFFFL, 0x7FFFFFFFL, 0x7FFFF000L, 2_000_000_000L, 0x80000000L, 0, 0x7FFFFFFFL - 36,
        0xFFFFFFFFL - 44, 0xFFFFFFFFL - 36, 0x7FFFFF00L, 1_000_000_000L, 0x40000000L, 2_000_000_036L})
    void aPlaceholderBecomesTheLengthThatIsThere(long placeholder) {
        for (boolean list : new boolean[]{false, true}) {
            var file = wav("RIFF", placeholder, placeholder, list, 2 * SAMPLES);
            var honest = WholeFile.check(file);
            assertThat(WavHeader.read(new Bytes(honest)).dataSize()).isEqualTo(2 * SAMPLES);
            assertThat(WavHeader.read(new Bytes(honest)).riffSize()).isEqualTo(file.length - 8);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {2 * SAMPLES + 1, 4 * SAMPLES, 30_000_000, 500_000_000, 1_500_000_000})
    void aLengthThatIsNoPlaceholderIsAPromise(long promised) {
        var file = wav("RIFF", promised + 36, promised, false, 2 * SAMPLES);
        assertThatThrownBy(() -> WholeFile.check(file)).isInstanceOf(InvalidInput.class)
                .hasMessageContaining("cut off").hasMessageContaining(promised + " bytes");
    }

    @Test
    void anHonestFileStaysAsItIsWithWhateverFollows() {
        var file = wav("RIFF", 2 * SAMPLES + 36, 2 * SAMPLES, true, 2 * SAMPLES + 300);
        assertThat(WholeFile.check(file)).isSameAs(file);
    }

    @Test
    void anEmptyFileThatSaysSoHoldsNoSound() {
        var empty = wav("RIFF", 36, 0, false, 0);
        assertThatThrownBy(() -> WholeFile.check(empty)).isInstanceOf(InvalidInput.class)
                .hasMessageContaining("holds no sound");
        var onlyTags = wav("RIFF", 36 + 50, 0, false, 50);
        assertThatThrownBy(() -> WholeFile.check(onlyTags)).hasMessageContaining("holds no sound");
    }

    @Test
    void halfASampleAtTheEndOfAStreamIsLeftOut() {
        var honest = WholeFile.check(wav("RIFF", 0xFFFFFFFFL, 0xFFFFFFFFL, false, 2 * SAMPLES + 1));
        assertThat(WavHeader.read(new Bytes(honest)).dataSize()).isEqualTo(2 * SAMPLES);
    }

    @Test
    void aFileThatEndsWithItsHeaderIsCutOff() {
        var file = wav("RIFF", 5036, 5000, false, 0);
        assertThatThrownBy(() -> WholeFile.check(file)).hasMessageContaining("cut off");
    }

    /** A block of 60,000 bytes, of samples of two: players look at the samples. */
    @Test
    void aBlockThatIsALieCostsNoSample() {
        var file = wav("RIFF", 2 * SAMPLES + 36, 2 * SAMPLES, false, 2 * SAMPLES);
        ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putShort(32, (short) 60_000);
        assertThat(WholeFile.check(file)).isSameAs(file);
    }

    /** With something behind, so that what is declared is there, or lacks one byte of it. */
    @ParameterizedTest
    @CsvSource({"1999, 1998", "1, 0", "2001, 2000", "2300, 2300", "2301, 0", "2302, 0"})
    void aLengthIsHeldAgainstWhatIsThereAndNotAgainstWholeSamples(int declared, int read) {
        var file = wav("RIFF", declared + 36, declared, true, 2300);
        if (read > 0) {
            assertThat(WavHeader.read(new Bytes(WholeFile.check(file))).dataSize()).isEqualTo(read);
        } else {
            assertThatThrownBy(() -> WholeFile.check(file)).isInstanceOf(InvalidInput.class)
                    .hasMessageContaining(declared == 1 ? "holds no sound" : "cut off");
        }
    }

    @ParameterizedTest
    @CsvSource({"RF64, -1, true", "BW64, 0, true", "RF64, 9223372036854775807, true", "RF64, 2000, true",
        "RF64, 5000, false", "BW64, 123456789012, false"})
    void longLengthsStandInAChunkOfTheirOwn(String tag, long size, boolean read) {
        var file = rf64(tag, size);
        if (read) {
            assertThat(WavHeader.read(new Bytes(WholeFile.check(file))).dataSize()).isEqualTo(2 * SAMPLES);
        } else {
            assertThatThrownBy(() -> WholeFile.check(file)).hasMessageContaining("cut off");
        }
    }

    private static byte[] wav(String tag, long riffSize, long dataSize, boolean list, int there) {
        var file = ByteBuffer.allocate(44 + (list ? 34 : 0) + there).order(ByteOrder.LITTLE_ENDIAN);
        put(file, tag).putInt((int) riffSize);
        put(file, "WAVE");
        format(file);
        if (list) {
            put(file, "LIST").putInt(26).put(new byte[26]);
        }
        put(file, "data").putInt((int) dataSize);
        return file.array();
    }

    private static byte[] rf64(String tag, long dataSize) {
        var file = ByteBuffer.allocate(44 + 36 + 2 * SAMPLES).order(ByteOrder.LITTLE_ENDIAN);
        put(file, tag).putInt(-1);
        put(file, "WAVE");
        put(file, "ds64").putInt(28).putLong(dataSize + 72).putLong(dataSize).putLong(0).putInt(0);
        format(file);
        put(file, "data").putInt(-1);
        return file.array();
    }

    private static void format(ByteBuffer file) {
        put(file, "fmt ").putInt(16).putShort((short) 1).putShort((short) 1).putInt(16_000).putInt(32_000)
                .putShort((short) 2).putShort((short) 16);
    }

    private static ByteBuffer put(ByteBuffer file, String tag) {
        return file.put(tag.getBytes(StandardCharsets.ISO_8859_1));
    }
}
