// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.decode;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DraftTest {
    private static final int MANY = 100;
    private final Draft draft = new Draft();

    @Test
    void twoMoreAreGuessedWhereAllWereRightAndOneLessOtherwise() {
        int first = draft.wanted(MANY);
        draft.fared(first, first);
        assertThat(draft.wanted(MANY)).isEqualTo(first + 2);
        draft.fared(first + 2, 1);
        assertThat(draft.wanted(MANY)).isEqualTo(first + 1);
    }

    @Test
    void noMoreAreGuessedThanThereIsRoomFor() {
        assertThat(draft.wanted(2)).isEqualTo(2);
        assertThat(draft.wanted(0)).isZero();
        assertThat(draft.wanted(-5)).isZero();
        int wanted = draft.wanted(MANY);
        draft.fared(0, 0);
        assertThat(draft.wanted(MANY)).as("nothing was guessed and nothing learnt").isEqualTo(wanted);
        draft.fared(1, 1);
        assertThat(draft.wanted(MANY)).as("few were guessed for want of room").isEqualTo(wanted);
    }

    @Test
    void whereGuessesAreWrongOneIsMadeAfterAWhile() {
        int runs = 0;
        for (int wanted; (wanted = draft.wanted(MANY)) > 0; runs++) {
            draft.fared(wanted, 0);
        }
        assertThat(runs).isBetween(2, 8);
        int paused = 1;
        while (draft.wanted(MANY) == 0) {
            draft.fared(0, 0);
            paused++;
        }
        assertThat(paused).isBetween(4, 64);
        draft.fared(1, 0);
        assertThat(draft.wanted(MANY)).as("and then a pause again").isZero();
    }

    @Test
    void aRightGuessNowAndThenIsNoPause() {
        for (int i = 0; i < 100; i++) {
            int wanted = draft.wanted(MANY);
            assertThat(wanted).isPositive();
            draft.fared(wanted, i % 3 == 0 ? 1 : 0);
        }
    }
}
