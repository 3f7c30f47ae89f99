// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.answer;

import static anymesh.backbone.answer.ScriptedModel.AUDIO;
import static anymesh.backbone.answer.ScriptedModel.IMAGE;
import static anymesh.backbone.answer.ScriptedModel.STOP;
import static anymesh.backbone.answer.ScriptedModel.VIDEO;
import static anymesh.backbone.answer.ScriptedModel.anything;
import static anymesh.backbone.answer.ScriptedModel.ended;
import static anymesh.v1.FinishReason.LENGTH;
import static org.assertj.core.api.Assertions.assertThat;

import anymesh.v1.FinishReason;
import java.util.List;
import org.junit.jupiter.api.Test;

class AnswerTest {
    @Test
    void stopTokenEndsTheAnswerAndCounts() {
        var model = new ScriptedModel("hi", STOP);

        assertThat(model.write(10)).isEqualTo(ended(FinishReason.STOP, 3));
        assertThat(model.parts()).containsExactly("hi");
        assertThat(model.fed()).as("the stop token is not fed").hasSize(2);
    }

    @Test
    void answerEndsWhenItsTokensAreUsedUp() {
        var model = new ScriptedModel("hello");

        assertThat(model.write(3)).isEqualTo(ended(LENGTH, 3));
        assertThat(model.parts()).containsExactly("hel");
        assertThat(model.fed()).as("the last token is not fed").hasSize(2);
    }

    @Test
    void stopTextEndsTheAnswerAndIsNotShown() {
        var model = new ScriptedModel("one; two");

        assertThat(model.write(20, List.of("; t"), anything())).isEqualTo(ended(FinishReason.STOP, 6));
        assertThat(model.parts()).containsExactly("one");
    }

    @Test
    void textThatMightHaveBecomeAStopIsShownAtTheEnd() {
        var model = new ScriptedModel("one;", STOP);

        model.write(20, List.of("; t"), anything());

        assertThat(model.parts()).containsExactly("one;");
    }

    @Test
    void unwantedTextIsWrittenButNotShown() {
        var model = new ScriptedModel("here", IMAGE, "!", STOP);

        model.write(20, List.of(), new MediaOptions(false, List.of(IMAGE), List.of(), 8));

        assertThat(model.parts()).hasSize(1).first().asString().startsWith("<IMAGE");
    }

    @Test
    void tokenFromTheMiddleOfARunIsMasked() {
        var model = new ScriptedModel(VIDEO.tokens().get(1).intValue(), STOP);

        assertThat(model.write(5)).isEqualTo(ended(FinishReason.STOP, 2));
        assertThat(model.parts()).containsExactly(".");
    }

    @Test
    void signalsOfOtherModalitiesAreMasked() {
        var model = new ScriptedModel("a", AUDIO, "b", IMAGE, STOP);

        model.write(20, List.of(), new MediaOptions(true, List.of(IMAGE), List.of(), 8));

        assertThat(model.parts()).containsExactly("a.b", "<IMAGE[4.0, 4.5, 5.0, 5.5, 6.0, 6.5]>");
    }
}
