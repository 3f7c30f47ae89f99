// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.wire.error.InvalidInput;
import com.google.common.primitives.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The smallest files of each kind of container, whole, with something behind them, and without their last byte. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class WholeFileTest {
    private static final byte[] TAGS = bytes("TAG and whatever a program puts behind a file");

    static Stream<Arguments> files() {
        var mp3 = frame("fffb9064", 417);
        var adts = frame("fff15080", 200, 3, (byte) (0x40 | 200 >> 11), (byte) (200 >> 3), (byte) (200 << 5 | 0x1F));
        return Stream.of(Arguments.of("MP4", file("00000010", "ftypisom", "00000000", "0000000c", "mdat", "01020304")),
                Arguments.of("MP4 with a long box", file("00000001", "mdat", "0000000000000012", "0102")),
                Arguments.of("fragmented MP4",
                        file("00000008", "ftyp", "00000008", "moof", "0000000a", "mdat", "0102")),
                Arguments.of("WebM", file("1a45dfa38142", "1853806784", "ec820000")),
                Arguments.of("WebM that was streamed",
                        file("1a45dfa38142", "1853806701ffffffffffffff", "1f43b67501ffffffffffffff", "e78101",
                                "a383818000")),
                Arguments.of("Ogg", file("OggS", "0004".repeat(11), "02", "0201", "aabbcc")),
                Arguments.of("WMA", file("3026b2758e66cf11a6d900aa0062ce6c", "1a00000000000000", "0102")),
                Arguments.of("CAF", file("63616666", "00010000", "data", "0000000000000002", "0102")),
                Arguments.of("AIFF", file("FORM", "00000006", "AIFF", "0102")),
                Arguments.of("AVI", file("RIFF", "06000000", "AVI ", "0102")),
                Arguments.of("GIF", file("GIF89a", "01000100800000", "000000ffffff", "21f90401000000", "00",
                        "2c000000000100010000", "02", "02", "4401", "00", "3b")),
                Arguments.of("MP3", Bytes.concat(mp3, mp3, mp3)), Arguments.of("AAC", Bytes.concat(adts, adts, adts)),
                Arguments.of("MP3 that begins in a frame", Bytes.concat(Arrays.copyOf(TAGS, 30), mp3, mp3, mp3)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("files")
    void aWholeFileIsTakenAsItIsAndACutOneRefused(String name, byte[] file) {
        assertThat(WholeFile.check(file)).isSameAs(file);
        var more = Bytes.concat(file, TAGS);
        assertThat(WholeFile.check(more)).isSameAs(more);
        assertThatThrownBy(() -> WholeFile.check(Arrays.copyOf(file, file.length - 1)))
                .isInstanceOf(InvalidInput.class).hasMessageContaining("cut off").hasMessageContaining(
                        "only %d are there".formatted(file.length - 1));
    }

    static Stream<Arguments> unknownLengths() {
        return Stream.of(Arguments.of("CAF", file("63616666", "00010000", "data", "ffffffffffffffff", "0102")),
                Arguments.of("AVI", file("RIFF", "00000000", "AVI ", "0102")),
                Arguments.of("MP4", file("00000008", "ftyp", "00000000", "mdat", "0102")),
                Arguments.of("WMA", file("3026b2758e66cf11a6d900aa0062ce6c", "0000000000000000", "0102")),
                Arguments.of("FLAC", file("fLaC", "80000022", "0102")), Arguments.of("nothing", new byte[0]),
                Arguments.of("text", TAGS));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unknownLengths")
    void whatDoesNotSayHowLongItIsIsNotJudged(String name, byte[] file) {
        assertThat(WholeFile.check(file)).isSameAs(file);
    }

    static Stream<Arguments> endlessLengths() {
        return Stream.of("7fffffffffffffff", "7ffffffffffffffb", "7ffffffffffffff0", "7fffffffffffffe0",
                "7ffffffffffefff0", "8000000000000001", "fffffffffffffff4").flatMap(
                        length -> Stream.of(Arguments.of("MP4", length, file("00000001", "mdat", length, "0102")),
                                Arguments.of("MP4, second box", length,
                                        file("00000008", "ftyp", "00000001", "mdat", length, "0102")),
                                Arguments.of("CAF", length, file("63616666", "00010000", "free", length, "0102"))));
    }

    /** No sum of them and of where they begin is a number, and some, taken for less than nothing, would lead back. */
    @ParameterizedTest(name = "{0} of {1} bytes")
    @MethodSource("endlessLengths")
    void aLengthThatNoFileHasIsRefused(String name, String length, byte[] file) {
        assertThatThrownBy(() -> WholeFile.check(file)).isInstanceOf(InvalidInput.class)
                .hasMessageContaining("cut off");
    }

    /** Where the first part is long enough that the second one's end, of a length that is no placeholder, is no number. */
    @ParameterizedTest
    @CsvSource({"dcfffdffffffff7f", "e7fffdffffffff7f", "0000feffffffff7f"})
    void aWmaIsHeldAgainstALengthThatNoFileHas(String length) {
        var file = file("3026b2758e66cf11a6d900aa0062ce6c", "1800020000000000", "00".repeat(0x20000),
                "3626b2758e66cf11a6d900aa0062ce6c", length, "0102");
        assertThatThrownBy(() -> WholeFile.check(file)).isInstanceOf(InvalidInput.class)
                .hasMessageContaining("cut off");
    }

    /** A Xing header that promises more than is there, although the last frame is complete. */
    @ParameterizedTest(name = "{0} bytes promised")
    @CsvSource({"4170, false", "41700, true"})
    void anMp3IsHeldAgainstItsXingHeader(int promised, boolean cut) {
        var first = frame("fffb9064", 417);
        System.arraycopy(file("Xing", "00000003", "0000000a", "%08x".formatted(promised)), 0, first, 36, 16);
        var next = frame("fffb9064", 417);
        var file = Bytes.concat(first, next, next, next, next, next, next, next, next, next);
        if (cut) {
            assertThatThrownBy(() -> WholeFile.check(file)).hasMessageContaining("cut off");
        } else {
            assertThat(WholeFile.check(file)).isSameAs(file);
        }
    }

    private static byte[] frame(String header, int length, byte... rest) {
        return frame(header, length, 4, rest);
    }

    private static byte[] frame(String header, int length, int at, byte... rest) {
        var frame = Arrays.copyOf(HexFormat.of().parseHex(header), length);
        System.arraycopy(rest, 0, frame, at, rest.length);
        return frame;
    }

    /** Of bytes in hexadecimal and of names. */
    private static byte[] file(String... parts) {
        return Bytes.concat(Arrays.stream(parts)
                .map(part -> part.matches("([0-9a-f]{2})+") ? HexFormat.of().parseHex(part) : bytes(part))
                .toArray(byte[][]::new));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
