// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.answer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StopMatcherTest {
    @Test
    void textWithoutAStopPassesAtOnce() {
        var matcher = new StopMatcher(List.of("###"));

        assertThat(matcher.accept("hello ")).isEqualTo("hello ");
        assertThat(matcher.accept("there")).isEqualTo("there");
        assertThat(matcher.flush()).isEmpty();
    }

    @Test
    void stopAcrossPiecesIsFoundAndNothingOfItShown() {
        var matcher = new StopMatcher(List.of("\n###"));

        assertThat(matcher.accept("done\n")).isEqualTo("done");
        assertThat(matcher.accept("#")).isEmpty();
        assertThat(matcher.accept("## Human: more")).isEmpty();
        assertThat(matcher.matched()).isTrue();
        assertThat(matcher.accept("even more") + matcher.flush()).isEmpty();
    }

    @Test
    void whatOnlyLookedLikeAStopIsShownLater() {
        var matcher = new StopMatcher(List.of("abcd"));

        assertThat(matcher.accept("xabc")).isEqualTo("x");
        assertThat(matcher.accept("abce")).isEqualTo("abcabce");
        assertThat(matcher.matched()).isFalse();
    }

    @Test
    void heldTextIsShownAtTheEnd() {
        var matcher = new StopMatcher(List.of("abcd"));
        matcher.accept("zab");

        assertThat(matcher.flush()).isEqualTo("ab");
    }

    @Test
    void stopThatBeginsWithinAnotherBeginningIsFound() {
        var matcher = new StopMatcher(List.of("aab"));

        assertThat(matcher.accept("aa")).isEmpty();
        assertThat(matcher.accept("ab!")).isEqualTo("a");
        assertThat(matcher.matched()).isTrue();
    }

    @Test
    void firstOfSeveralStopsEndsTheText() {
        var matcher = new StopMatcher(List.of("world", "lo"));

        assertThat(matcher.accept("hello world")).isEqualTo("hel");
    }

    /** Held against looking at the whole text again after each character. */
    @Test
    void anyTextEndsBeforeTheFirstStopThatIsComplete() {
        var random = new Random(1);
        for (int round = 0; round < 2000; round++) {
            var stops = List.of(letters(random, 1 + random.nextInt(6)), letters(random, 1 + random.nextInt(6)));
            var matcher = new StopMatcher(stops);
            var shown = new StringBuilder();
            var text = letters(random, 40);
            for (int i = 0; i < text.length(); i++) {
                shown.append(matcher.accept(text.substring(i, i + 1)));
            }
            shown.append(matcher.flush());

            assertThat(shown.toString()).as("%s with stops %s", text, stops).isEqualTo(cut(text, stops));
        }
    }

    private static String cut(String text, List<String> stops) {
        for (int end = 1; end <= text.length(); end++) {
            var soFar = text.substring(0, end);
            var ending = stops.stream().filter(soFar::endsWith).mapToInt(String::length).max();
            if (ending.isPresent()) {
                return text.substring(0, end - ending.getAsInt());
            }
        }
        return text;
    }

    private static String letters(Random random, int length) {
        return random.ints(length, 'a', 'c').collect(StringBuilder::new, StringBuilder::appendCodePoint,
                StringBuilder::append).toString();
    }
}
