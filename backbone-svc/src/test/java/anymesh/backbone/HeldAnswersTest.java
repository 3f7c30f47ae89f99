// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone;

import static anymesh.backbone.ServedBackbone.ask;
import static org.assertj.core.api.Assertions.assertThat;

import anymesh.kit.batch.BatchPolicy;
import anymesh.v1.BackboneRequest;
import anymesh.v1.FinishReason;
import anymesh.v1.Modality;
import anymesh.v1.Sampling;
import anymesh.v1.TokenLogprob;
import anymesh.wire.Features;
import anymesh.wire.error.InvalidInput;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Answers that are held to a form, and log probabilities, over gRPC from a model of noise. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HeldAnswersTest {
    private static final String SCHEMA = """
            {"type": "object", "properties": {"a": {"enum": ["x", "yé"]}, "b": {"type": "array", "items": {"type": "boolean"}}},
             "required": ["a", "b"], "additionalProperties": false}""";
    private static final String DOCUMENT = "\\s*\\{\\s*\"a\":\\s*\"(x|yé)\",\\s*\"b\":\\s*"
            + "\\[\\s*((true|false)(,\\s*(true|false))*)?\\s*]\\s*}";

    private final ServedBackbone backbone = ServedBackbone.start(TinyBackbone.directory(), new BatchPolicy(64, 8));

    @AfterAll
    void close() {
        backbone.close();
    }

    private static BackboneRequest.Builder held(long seed) {
        return ask("write").setJsonSchema(SCHEMA)
                .setSampling(Sampling.newBuilder().setTemperature(1).setSeed(seed).setMaxTokens(140).setTopLogprobs(3));
    }

    @Test
    void itSaysThatItCan() {
        assertThat(backbone.description().getFeaturesList()).containsExactly(Features.LOGPROBS, Features.JSON_SCHEMA);
    }

    @Test
    void manyAtOnceAreEachADocumentOfTheirSchema() {
        var answers = IntStream.range(0, 40).mapToObj(seed -> backbone.send(held(seed))).toList();
        var ended = answers.stream().filter(answer -> answer.finished().getReason() == FinishReason.STOP).toList();
        assertThat(ended).hasSizeGreaterThan(20);
        assertThat(ended).allSatisfy(answer -> assertThat(answer.text()).matches(DOCUMENT));
        assertThat(ended.stream().map(ReceivedAnswer::text).distinct()).hasSizeGreaterThan(5);
    }

    @Test
    void resumedElsewhereADocumentAndItsLogprobsGoOn() {
        for (int seed : List.of(1, 2)) {
            var whole = backbone.send(held(seed));
            for (int cut = 1; cut < whole.parts().size(); cut += 5) {
                var rest = backbone.send(whole.continuing(held(seed), cut));
                assertThat(String.join("", whole.parts().subList(0, cut)) + rest.text()).isEqualTo(whole.text());
                var logprobs = new ArrayList<>(whole.logprobs(cut));
                logprobs.addAll(rest.logprobs(rest.parts().size()));
                assertThat(logprobs).isEqualTo(whole.logprobs(whole.parts().size()));
            }
        }
    }

    @Test
    void logprobsAreOfTheTokensOfTheText() {
        var answer = backbone.send(held(3));
        var logprobs = answer.logprobs(answer.parts().size());
        var text = logprobs.stream().map(TokenLogprob::getText).reduce(ByteString.EMPTY, ByteString::concat);
        assertThat(text.toStringUtf8()).isEqualTo(answer.text());
        assertThat(logprobs).allSatisfy(logprob -> {
            assertThat(logprob.getControl()).isFalse();
            assertThat(logprob.getLogprob()).isLessThanOrEqualTo(logprob.getTop(0).getLogprob());
            assertThat(logprob.getTopList()).hasSize(3);
            assertThat(logprob.getTopList().stream().mapToDouble(top -> Math.exp(top.getLogprob())).sum())
                    .isBetween(0.01, 1.000001);
        });
        assertThat(logprobs).as("what the form ruled out is likely all the same")
                .anySatisfy(logprob -> assertThat(logprob.getLogprob()).isLessThan(logprob.getTop(2).getLogprob()));
    }

    @Test
    void mediaCantBeHeldToAForm() {
        assertThat(backbone.send(held(1).addRequired(Modality.IMAGE).addModalities(Modality.IMAGE)).error())
                .isInstanceOfSatisfying(InvalidInput.class, e -> assertThat(e.param()).isEqualTo("modalities"));
    }

    @Test
    void aBundleThatDoesNotSayThatItCanRefuses(@TempDir Path folder) throws IOException {
        TinyBackbone.copyWith(folder, "manifest.json", "\"response_formats\": [\n    \"json_schema\"\n  ]",
                "\"response_formats\": []");
        try (var without = ServedBackbone.start(folder, new BatchPolicy(8, 4))) {
            assertThat(without.description().getFeaturesList()).containsExactly(Features.LOGPROBS);
            assertThat(without.send(held(1)).error()).isInstanceOfSatisfying(InvalidInput.class,
                    e -> assertThat(e.param()).isEqualTo("json_schema"));
        }
    }
}
