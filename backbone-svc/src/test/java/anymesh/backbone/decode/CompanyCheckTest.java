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

    /** Whatever is thought of a graph, what it does decides. */
    @ParameterizedTest
    @CsvSource({"masked, LEFT_PADDED, LEFT_PADDED", "masked, RIGHT_PADDED, EQUAL_LENGTHS",
        "grouped, RIGHT_PADDED, RIGHT_PADDED", "grouped, LEFT_PADDED, EQUAL_LENGTHS",
        "equal, LEFT_PADDED, EQUAL_LENGTHS", "equal, RIGHT_PADDED, EQUAL_LENGTHS",
        "mistaken, LEFT_PADDED, EQUAL_LENGTHS", "quantized, LEFT_PADDED, ONE_ROW", "quantized, ONE_ROW, ONE_ROW",
        "ids, LEFT_PADDED, LEFT_PADDED", "ids, RIGHT_PADDED, EQUAL_LENGTHS", "half, LEFT_PADDED, LEFT_PADDED",
        "recurrent, LEFT_PADDED, LEFT_PADDED"})
    void aLayoutIsKeptIfAnswersInCompanyAreThoseAlone(String decoder, RowLayout first, RowLayout proven)
            throws IOException {
        try (var bundle = TinyBackbone.load(folder, decoder);
                var graph = DecoderGraph.load(bundle.decoder(), OnnxSettings.cpu(1));
                var embeddings = TokenInput.load(bundle.decoder(), graph, OnnxSettings.cpu(1))) {
            assertThat(CompanyCheck.proven(embeddings, graph, first)).isEqualTo(proven);
        }
    }

    @ParameterizedTest
    @CsvSource({"masked, LEFT_PADDED", "grouped, RIGHT_PADDED", "equal, EQUAL_LENGTHS", "mistaken, LEFT_PADDED",
        "quantized, ONE_ROW", "ids, LEFT_PADDED", "half, LEFT_PADDED",
        "recurrent, LEFT_PADDED"})
    void whatTheOperatorsOfRealGraphsSay(String decoder, RowLayout layout) throws IOException {
        try (var bundle = TinyBackbone.load(folder, decoder);
                var graph = DecoderGraph.load(bundle.decoder(), OnnxSettings.cpu(1))) {
            assertThat(graph.found().layout()).isEqualTo(layout);
        }
    }

    /** Grouped attention and attention with a mask can; what forgets, or has a place for one length, can't. */
    @ParameterizedTest
    @CsvSource({"masked, LEFT_PADDED, true", "masked, RIGHT_PADDED, false", "grouped, RIGHT_PADDED, true",
        "grouped, LEFT_PADDED, false",
        "ids, LEFT_PADDED, true", "half, LEFT_PADDED, true", "mistaken, LEFT_PADDED, false",
        "equal, EQUAL_LENGTHS, false",
        "quantized, ONE_ROW, false", "recurrent, LEFT_PADDED, false"})
    void promptsAreReadTogetherWhereThatIsTheSame(String decoder, RowLayout layout, boolean together)
            throws IOException {
        try (var bundle = TinyBackbone.load(folder, decoder);
                var graph = DecoderGraph.load(bundle.decoder(), OnnxSettings.cpu(1));
                var embeddings = TokenInput.load(bundle.decoder(), graph, OnnxSettings.cpu(1))) {
            assertThat(CompanyCheck.readsTogether(embeddings, graph, layout)).isEqualTo(together);
        }
    }
}
