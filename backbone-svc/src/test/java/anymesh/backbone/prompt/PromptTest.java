// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.kit.model.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PromptTest {
    /** 10 11 [m m m] 12 [n] : seven positions, the last a medium's. */
    private static final Prompt PROMPT = Prompt.of(new long[]{10, 11, 12}, List.of(
            new Prompt.Splice(2, Tensor.ofFloats(new float[]{1, 2, 3, 4, 5, 6}, 3, 2)),
            new Prompt.Splice(3, Tensor.ofFloats(new float[]{7, 8}, 1, 2))));

    @Test
    void itsPartsTogetherAreAllOfIt() {
        for (int cut = 0; cut <= PROMPT.length(); cut++) {
            var first = PROMPT.part(0, cut);
            var rest = PROMPT.part(cut, PROMPT.length());
            assertThat(first.length()).isEqualTo(cut);
            assertThat(LongStream.concat(Arrays.stream(first.signature()), Arrays.stream(rest.signature())))
                    .containsExactly(Arrays.stream(PROMPT.signature()).boxed().toArray(Long[]::new));
        }
    }

    @Test
    void aPartInTheMiddleOfAMediumHasItsRows() {
        var part = PROMPT.part(3, 6);
        assertThat(part.ids()).containsExactly(12);
        assertThat(part.media()).singleElement().satisfies(splice -> {
            assertThat(splice.before()).isZero();
            assertThat(splice.embeddings().toFloatArray()).containsExactly(3, 4, 5, 6);
        });
    }

    @Test
    void mediaHaveSignaturesOfTheirOwnThatNoTokenHas() {
        var signature = PROMPT.signature();
        assertThat(signature).hasSize(7);
        assertThat(signature[0]).isEqualTo(10);
        assertThat(signature[5]).isEqualTo(12);
        assertThat(List.of(signature[2], signature[3], signature[4], signature[6])).doesNotHaveDuplicates()
                .allMatch(number -> number < 0);
        assertThat(Prompt.of(new long[]{10}, List.of(
                new Prompt.Splice(1, Tensor.ofFloats(new float[]{3, 4}, 1, 2)))).signature()[1])
                .isEqualTo(signature[3]);
    }
}
