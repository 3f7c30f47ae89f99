// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.answer;

import static anymesh.backbone.answer.ScriptedModel.ALL;
import static anymesh.backbone.answer.ScriptedModel.AUDIO;
import static anymesh.backbone.answer.ScriptedModel.IMAGE;
import static anymesh.backbone.answer.ScriptedModel.STOP;
import static anymesh.backbone.answer.ScriptedModel.VIDEO;
import static anymesh.backbone.answer.ScriptedModel.ended;
import static anymesh.backbone.answer.ScriptedModel.required;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.v1.FinishReason;
import anymesh.wire.error.InferenceFailed;
import java.util.List;
import org.junit.jupiter.api.Test;

class AnswerSignalTest {
    private static final String IMAGE_FROM_3 = "<IMAGE[3.0, 3.5, 4.0, 4.5, 5.0, 5.5]>";

    @Test
    void forcedRunGoesAsOneChunkAndLeavesBeforeTheTextAfterIt() {
        var model = new ScriptedModel("ab", IMAGE, "cd", STOP);

        assertThat(model.write(20)).isEqualTo(ended(FinishReason.STOP, 8));
        // The prompt ends at position 0; a and b are fed as 1 and 2, the run as 3 to 5.
        assertThat(model.parts()).containsExactly("ab", IMAGE_FROM_3, "cd");
        assertThat(model.fed()).containsExactly(97L, 98L, 200L, 201L, 202L, 99L, 100L);
    }

    @Test
    void offsetMinusOneTakesTheStatesThatPredictTheTokens() {
        var model = new ScriptedModel("ab", AUDIO, STOP);

        model.write(20);

        assertThat(model.parts()).containsExactly("ab", "<AUDIO[2.0, 2.5, 3.0, 3.5]>");
    }

    @Test
    void unforcedRunIsSampledTokenByToken() {
        var model = new ScriptedModel("a", 220, 221, 222, "b", STOP);

        assertThat(model.write(20)).isEqualTo(ended(FinishReason.STOP, 6));
        assertThat(model.parts()).containsExactly("a", "<VIDEO[2.0, 2.5, 3.0, 3.5, 4.0, 4.5]>", "b");
    }

    @Test
    void unforcedRunThatTheModelLeavesAsksForNothing() {
        var model = new ScriptedModel("a", 220, 221, "b", 222, STOP);

        model.write(20);

        assertThat(model.parts()).containsExactly("ab.");
    }

    @Test
    void unforcedRunEndsAtTheLastTokenThatIsLeft() {
        var model = new ScriptedModel("a", 220, 221, 222);

        assertThat(model.write(4)).isEqualTo(ended(FinishReason.LENGTH, 4));
        assertThat(model.parts()).containsExactly("a", "<VIDEO[2.0, 2.5, 3.0, 3.5, 4.0, 4.5]>");
    }

    @Test
    void statesThatAreNoNumbersAreTheBackbonesFault() {
        var model = new ScriptedModel("ab", IMAGE, "cd", STOP).brokenFrom(4);

        assertThatThrownBy(() -> model.write(20)).isInstanceOf(InferenceFailed.class);
        assertThat(model.parts()).containsExactly("ab");
    }

    @Test
    void runThatWouldNotFitDoesNotBegin() {
        var model = new ScriptedModel("ab", IMAGE);

        assertThat(model.write(4)).isEqualTo(ended(FinishReason.LENGTH, 4));
        assertThat(model.parts()).containsExactly("ab..");
    }

    @Test
    void requiredRunTakesThePlaceOfTheStopTokenAndTheModelWritesOn() {
        var model = new ScriptedModel("ab", STOP, "c", STOP);

        assertThat(model.write(20, List.of(), required(IMAGE))).isEqualTo(ended(FinishReason.STOP, 7));
        assertThat(model.parts()).containsExactly("ab", IMAGE_FROM_3, "c");
    }

    @Test
    void requiredRunThatTheModelWroteIsNotForced() {
        var model = new ScriptedModel("ab", IMAGE, STOP);

        assertThat(model.write(20, List.of(), required(IMAGE))).isEqualTo(ended(FinishReason.STOP, 6));
        assertThat(model.parts()).containsExactly("ab", IMAGE_FROM_3);
    }

    @Test
    void requiredRunHasItsTokensKept() {
        var model = new ScriptedModel("abcdefgh");

        assertThat(model.write(5, List.of(), required(IMAGE))).isEqualTo(ended(FinishReason.LENGTH, 5));
        assertThat(model.parts()).containsExactly("ab", IMAGE_FROM_3);
    }

    @Test
    void requiredRunComesEvenWhereMaxTokensIsTooSmall() {
        var model = new ScriptedModel("abc");

        assertThat(model.write(1, List.of(), required(IMAGE))).isEqualTo(ended(FinishReason.LENGTH, 3));
        assertThat(model.parts()).containsExactly("<IMAGE[1.0, 1.5, 2.0, 2.5, 3.0, 3.5]>");
    }

    @Test
    void requiredRunComesAfterAStopTextAndNothingAfterIt() {
        var model = new ScriptedModel("ab;cd");

        assertThat(model.write(20, List.of(";"), required(IMAGE))).isEqualTo(ended(FinishReason.STOP, 6));
        assertThat(model.parts()).containsExactly("ab", "<IMAGE[4.0, 4.5, 5.0, 5.5, 6.0, 6.5]>");
    }

    @Test
    void requiredRunsComeInTheirOrder() {
        var model = new ScriptedModel(AUDIO, "a", STOP, STOP, STOP);

        model.write(20, List.of(), required(IMAGE, AUDIO));

        assertThat(model.parts().stream().map(part -> part.replaceAll("\\[.*", ""))).containsExactly(".a", "<IMAGE",
                "<AUDIO");
    }

    @Test
    void requiredTwiceComesTwice() {
        var model = new ScriptedModel("a", IMAGE, STOP, STOP);

        assertThat(model.write(20, List.of(), required(IMAGE, IMAGE))).isEqualTo(ended(FinishReason.STOP, 8));
        assertThat(model.parts()).hasSize(3);
    }

    @Test
    void unforcedSignalIsForcedWhereItIsRequired() {
        var model = new ScriptedModel("a", STOP, STOP);

        model.write(20, List.of(), required(VIDEO));

        assertThat(model.parts()).containsExactly("a", "<VIDEO[2.0, 2.5, 3.0, 3.5, 4.0, 4.5]>");
    }

    @Test
    void requiredRunThatTheModelBeginsIsCompletedForIt() {
        var model = new ScriptedModel("a", 220, "b", STOP);

        model.write(20, List.of(), required(VIDEO));

        assertThat(model.parts()).containsExactly("a", "<VIDEO[2.0, 2.5, 3.0, 3.5, 4.0, 4.5]>", "b");
    }

    @Test
    void modelInALoopStartsNoMoreRunsThanTheLimit() {
        var model = new ScriptedModel(IMAGE, IMAGE, IMAGE, IMAGE, STOP);

        model.write(50, List.of(), new MediaOptions(true, ALL, List.of(), 2));

        assertThat(model.parts().stream().filter(part -> part.startsWith("<IMAGE"))).hasSize(2);
    }

    @Test
    void runsThatAreOwedKeepTheirShareOfTheLimit() {
        var model = new ScriptedModel(IMAGE, IMAGE, STOP, STOP);

        model.write(50, List.of(), new MediaOptions(true, ALL, List.of(AUDIO), 2));

        assertThat(model.parts().stream().filter(part -> part.startsWith("<"))
                .map(part -> part.replaceAll("\\[.*", ""))).containsExactly("<IMAGE", "<AUDIO");
    }

    @Test
    void heldTextLeavesBeforeTheSignal() {
        var model = new ScriptedModel("ab;", IMAGE, "d", STOP);

        model.write(20, List.of(";d"), ScriptedModel.anything());

        assertThat(model.parts()).containsExactly("ab;", "<IMAGE[4.0, 4.5, 5.0, 5.5, 6.0, 6.5]>", "d");
    }
}
