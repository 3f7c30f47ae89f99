// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder.image.format;

import static anymesh.encoder.image.format.Heifs.box;
import static anymesh.encoder.image.format.Heifs.full;
import static anymesh.encoder.image.format.Heifs.number;
import static com.google.common.primitives.Bytes.concat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.wire.error.InvalidInput;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a HEIC says of itself is held against what it holds. */
final class HeifFileTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int MANY = 4000;

    @Test
    void aGridIsItsTiles() {
        var picture = read(Heifs.grid(2, 2, 1000, List.of(1, 2, 3, 4)));
        assertThat(picture.upright()).isEqualTo(new Size(128, 128));
        // Each tile is one unit of 996 bytes behind a start code.
        assertThat(bytes(picture)).isEqualTo(4 * 1000);
    }

    /** As of an even sky. */
    @Test
    void aTileMayBeSeenTwiceInAFileThatIsLargeEnough() {
        assertThat(bytes(read(Heifs.grid(2, 2, 1000, List.of(1, 2, 2, 4))))).isEqualTo(4 * 1000);
    }

    @Test
    void oneTileNamedAThousandTimesIsRefused() {
        var file = Heifs.grid(32, 32, 10_000, Collections.nCopies(1024, 1));
        assertThatThrownBy(() -> read(file)).isInstanceOf(InvalidInput.class)
                .hasMessageContaining("names the same bytes again and again");
    }

    static Stream<Arguments> counts() {
        var references = Stream.generate(() -> box("cdsc", number(2, 1), number(2, 0xFFFF))).limit(MANY)
                .toArray(byte[][]::new);
        var longReferences = Stream.generate(() -> box("cdsc", new byte[4 + 20_000])).limit(100)
                .map(box -> ByteBuffer.wrap(box).putShort(10, (short) 10_000).array()).toArray(byte[][]::new);
        return Stream.of(Arguments.of("references", full("iref", references)),
                Arguments.of("many references", full("iref", longReferences)),
                Arguments.of("locations", full("iloc", number(2, 0), number(2, 0xFFFF), new byte[100])),
                Arguments.of("locations, 32 bits",
                        box("iloc", new byte[]{2, 0, 0, 0}, number(2, 0), number(4, 0xFFFFFFFFL), new byte[100])),
                Arguments.of("extents", full("iloc", number(2, 0x4400), number(2, 1), number(4, 9), number(2, 0xFFFF))),
                Arguments.of("associations", box("iprp", full("ipma", number(4, 0xFFFFFFFFL), new byte[100]))),
                Arguments.of("properties of an item",
                        box("iprp", full("ipma", number(4, 1), number(2, 9), number(1, 255), new byte[100]))),
                Arguments.of("the same item's properties",
                        box("iprp", full("ipma", number(4, 300), concat(Stream.generate(() -> concat(number(2, 9),
                                number(1, 255), new byte[255])).limit(300).toArray(byte[][]::new))))),
                Arguments.of("a number", full("pitm")));
    }

    /** Behind the directory lie two megabytes that a count without bounds would read on in. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("counts")
    void aCountIsHeldAgainstItsBox(String name, byte[] box) {
        var file = Heifs.grid(1, 2, 1_000_000, List.of(1, 2), box);
        long before = THREADS.getCurrentThreadAllocatedBytes();
        assertThatThrownBy(() -> read(file)).isInstanceOf(InvalidInput.class).hasMessageContaining("damaged");
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(16 << 20);
    }

    static Stream<Arguments> positions() {
        return Stream.of(Long.MAX_VALUE, Long.MAX_VALUE - 3, Long.MIN_VALUE, -1L, 0xFFFF_FFFFL, 0x1_0000_0000L)
                .flatMap(at -> Stream.of(Long.MAX_VALUE, -1L, 4L, 0xFFFF_FFFFL, 0x1_0000_0004L)
                        .map(length -> Arguments.of(at, length)));
    }

    @ParameterizedTest
    @MethodSource("positions")
    void whatLiesNowhereIsCutOff(long at, long length) {
        var place = concat(number(2, 9), number(2, 0), number(2, 1), number(8, at), number(8, length));
        var file = Heifs.grid(1, 1, 1000, List.of(1), full("iloc", number(2, 0x8800), number(2, 1), place));
        assertThatThrownBy(() -> read(file)).isInstanceOf(InvalidInput.class).hasMessageContaining("cut off");
    }

    /** Their purpose is in their first bytes. */
    @Test
    void longPropertiesAreNotReadForEachReference() {
        var purpose = box("iprp", box("ipco", full("auxC", new byte[50_000])),
                full("ipma", number(4, 1), number(2, 9), new byte[]{1, 1}));
        var references = Stream.generate(() -> box("auxl", number(2, 9), number(2, 1), number(2, Heifs.GRID)))
                .limit(MANY).toArray(byte[][]::new);
        var file = Heifs.grid(1, 1, 1000, List.of(1), purpose, full("iinf", number(2, 1),
                Heifs.information(9, "hvc1")), full("iref", references));
        long before = THREADS.getCurrentThreadAllocatedBytes();
        read(file);
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(16 << 20);
    }

    private static PictureFile read(byte[] file) {
        return PictureFile.of(ByteBuffer.wrap(file));
    }

    private static int bytes(PictureFile picture) {
        return picture.parts().stream().mapToInt(ByteBuffer::remaining).sum();
    }
}
