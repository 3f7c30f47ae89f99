// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.answer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class TextStreamTest {
    private static final Map<Long, String> WORDS = Map.of(1L, "a", 2L, "red", 3L, "circle");

    @Test
    void charactersOfSeveralBytesComeWhole() {
        assertThat(stream("aä€😀z")).containsExactly("a", "ä", "€", "😀", "z");
    }

    @Test
    void piecesMakeUpTheText() {
        var text = "naïve 東京 👩‍🚀!";

        assertThat(String.join("", stream(text))).isEqualTo(text);
    }

    @Test
    void spacesBetweenWordTokensBelongToTheLaterOne() {
        var words = new TextStream(ids -> Arrays.stream(ids).mapToObj(WORDS::get).collect(Collectors.joining(" ")));

        assertThat(List.of(words.add(1), words.add(2), words.add(3), words.flush())).containsExactly("a", " red",
                " circle", "");
    }

    @Test
    void tokensWithoutTextAddNothing() {
        var words = new TextStream(ids -> Arrays.stream(ids).filter(WORDS::containsKey).mapToObj(WORDS::get)
                .collect(Collectors.joining(" ")));

        assertThat(List.of(words.add(1), words.add(99), words.add(2))).containsExactly("a", "", " red");
    }

    @Test
    void halfACharacterAtTheEndIsDropped() {
        var bytes = new TextStream(TextStreamTest::utf8);
        bytes.add('x');
        bytes.add(0xE2);
        bytes.add(0x82);

        assertThat(bytes.flush()).isEmpty();
    }

    @Test
    void flushingTwiceShowsNothingTwice() {
        var bytes = new TextStream(TextStreamTest::utf8);
        bytes.add('x');
        bytes.add(0xE2);
        bytes.flush();

        assertThat(bytes.add('y') + bytes.flush()).isEqualTo("y");
    }

    @Test
    void aThousandTokensThatNeverBecomeTextCostNoMoreThanATextOfAThousand() {
        for (long token : new long[]{0x80, -1}) { // the middle of a character without its beginning; no text at all
            var decoded = new AtomicInteger();
            var stream = new TextStream(ids -> {
                decoded.addAndGet(ids.length);
                return utf8(Arrays.stream(ids).filter(id -> id >= 0).toArray());
            });
            var shown = new StringBuilder(stream.add('a'));
            for (int i = 0; i < 1000; i++) {
                shown.append(stream.add(token));
            }
            shown.append(stream.add('z')).append(stream.flush());

            assertThat(shown.toString()).isEqualTo(token < 0 ? "az" : "a" + "\uFFFD".repeat(1000) + "z");
            assertThat(decoded.get()).isLessThan(1000 * 25);
        }
    }

    private static List<String> stream(String text) {
        var bytes = new TextStream(TextStreamTest::utf8);
        var pieces = new ArrayList<String>();
        for (byte value : text.getBytes(StandardCharsets.UTF_8)) {
            pieces.add(bytes.add(value & 0xFF));
        }
        pieces.add(bytes.flush());
        pieces.removeIf(String::isEmpty);
        return pieces;
    }

    private static String utf8(long[] bytes) {
        var array = new byte[bytes.length];
        for (int i = 0; i < array.length; i++) {
            array[i] = (byte) bytes[i];
        }
        return new String(array, StandardCharsets.UTF_8);
    }
}
