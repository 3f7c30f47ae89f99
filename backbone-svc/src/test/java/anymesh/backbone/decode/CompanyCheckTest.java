// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.decode;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.backbone.TinyBackbone;
import anymesh.kit.model.OnnxSettings;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompanyCheckTest {
    @TempDir
    private Path folder;

    /** Whatever is thought of a graph, what it does decides; what forgets, or has one scale for all, reads no prompts together. */
    @ParameterizedTest
    @CsvSource({"masked, LEFT_PADDED, LEFT_PADDED, true", "masked, RIGHT_PADDED, EQUAL_LENGTHS, false",
        "grouped, IN_PLACE, IN_PLACE, true", "grouped, RIGHT_PADDED, RIGHT_PADDED, true",
        "grouped, LEFT_PADDED, EQUAL_LENGTHS, false", "masked, IN_PLACE, EQUAL_LENGTHS, false",
        "equal, LEFT_PADDED, EQUAL_LENGTHS, false", "equal, RIGHT_PADDED, EQUAL_LENGTHS, false",
        "equal, EQUAL_LENGTHS, EQUAL_LENGTHS, false", "mistaken, LEFT_PADDED, EQUAL_LENGTHS, false",
        "quantized, LEFT_PADDED, ONE_ROW, false", "quantized, ONE_ROW, ONE_ROW, false",
        "ids, LEFT_PADDED, LEFT_PADDED, true", "ids, RIGHT_PADDED, EQUAL_LENGTHS, false",
        "half, LEFT_PADDED, LEFT_PADDED, true", "recurrent, LEFT_PADDED, LEFT_PADDED, false"})
    void aLayoutIsKeptIfAnswersInCompanyAreThoseAlone(String decoder, RowLayout first, RowLayout layout,
            boolean readsTogether) throws IOException {
        try (var bundle = TinyBackbone.load(folder, decoder);
                var graph = DecoderGraph.load(bundle.decoder(), OnnxSettings.cpu(1));
                var embeddings = TokenInput.load(bundle.decoder(), graph, OnnxSettings.cpu(1))) {
            assertThat(CompanyCheck.proven(embeddings, graph, first))
                    .isEqualTo(new CompanyCheck.Proven(layout, readsTogether));
        }
    }

    @ParameterizedTest
    @CsvSource({"masked, LEFT_PADDED", "grouped, IN_PLACE", "equal, EQUAL_LENGTHS", "mistaken, LEFT_PADDED",
        "quantized, ONE_ROW", "ids, LEFT_PADDED", "half, LEFT_PADDED",
        "recurrent, LEFT_PADDED"})
    void whatTheOperatorsOfRealGraphsSay(String decoder, RowLayout layout) throws IOException {
        try (var bundle = TinyBackbone.load(folder, decoder);
                var graph = DecoderGraph.load(bundle.decoder(), OnnxSettings.cpu(1))) {
            assertThat(graph.found().layout()).isEqualTo(layout);
        }
    }
}
