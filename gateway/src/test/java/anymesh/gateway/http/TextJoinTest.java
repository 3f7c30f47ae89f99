// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextJoinTest {
    private static String join(List<String> texts) {
        var join = new TextJoin();
        var content = new StringBuilder();
        for (int i = 0; i < texts.size(); i++) {
            content.append(join.next(2 * i, texts.get(i))); // media stand between
        }
        return content.toString();
    }

    @ParameterizedTest
    @CsvSource(ignoreLeadingAndTrailingWhitespace = false, value = {"by day|and the middle|by day and the middle",
        "day |and|day and", "day| and|day and", "a bell|.|a bell.", "a bell|, too|a bell, too", "Done.|Next|Done. Next",
        "eins|Über|eins Über"}, delimiter = '|')
    void wordsAreKeptApartWhereNothingElseDoes(String first, String second, String joined) {
        assertThat(join(List.of(first, second))).isEqualTo(joined);
    }

    @Test
    void piecesOfOneTextAreLeftAsTheyAre() {
        var join = new TextJoin();
        assertThat(join.next(0, "b") + join.next(0, "el") + join.next(0, "l") + join.next(2, "d") + join.next(2, "rum"))
                .isEqualTo("bell drum");
    }
}
