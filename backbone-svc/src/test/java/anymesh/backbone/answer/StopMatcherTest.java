// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.answer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
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
}
