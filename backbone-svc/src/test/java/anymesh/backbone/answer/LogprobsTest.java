// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LogprobsTest {
    private static final float[] LOGITS = {1, 3, Float.NEGATIVE_INFINITY, 2, 3};

    @Test
    void theyAreThoseOfAllTokensAndTheLikeliestComeFirst() {
        var logprobs = new Logprobs(3);
        logprobs.see(LOGITS);
        logprobs.wrote(0, 1);
        var told = logprobs.shown(1).getFirst();
        double total = Math.log(Math.exp(1) + 2 * Math.exp(3) + Math.exp(2));
        assertThat(told.token()).isZero();
        assertThat((double) told.logprob()).isCloseTo(1 - total, within(1e-6));
        assertThat(told.top()).extracting(TokenLogprob::token).containsExactly(1, 4, 3);
        assertThat((double) told.top().getFirst().logprob()).isCloseTo(3 - total, within(1e-6));
    }

    @Test
    void whatIsImpossibleHasANumberToo() {
        var logprobs = new Logprobs(20);
        logprobs.see(LOGITS);
        logprobs.wrote(2, 1);
        assertThat(logprobs.shown(1).getFirst().logprob()).isEqualTo(-9999);
    }

    @Test
    void halvesOfACharacterAreToldTogetherAndWhatIsNotShownIsNotTold() {
        var logprobs = new Logprobs(0);
        logprobs.see(LOGITS);
        logprobs.wrote(0, 0);
        logprobs.wrote(1, 1);
        logprobs.wrote(3, 3);
        assertThat(logprobs.shown(1)).extracting(TokenLogprob::token).containsExactly(0, 1);
        assertThat(logprobs.shown(1)).extracting(TokenLogprob::token).containsExactly(3);
        logprobs.wrote(4, 2); // of a stop text, say
        assertThat(logprobs.shown(2)).isEmpty();
    }
}
