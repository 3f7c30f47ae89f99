// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.backbone.TinyBackbone;
import anymesh.backbone.answer.SamplingOptions;
import anymesh.backbone.bundle.BackboneBundle;
import anymesh.backbone.bundle.SignalSpec;
import anymesh.v1.BackboneRequest;
import anymesh.v1.Modality;
import anymesh.v1.Sampling;
import anymesh.wire.error.InvalidInput;
import anymesh.wire.error.UnsupportedModality;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class RequestOptionsTest {
    private static final BackboneBundle BUNDLE = TinyBackbone.load();

    private final RequestOptions options = new RequestOptions(BUNDLE, 3);

    @AfterAll
    static void closeBundle() {
        BUNDLE.close();
    }

    @Test
    void absentFieldsTakeTheBundlesDefaults() {
        var sampling = sampling(Sampling.newBuilder(), 60);

        assertThat(sampling.warping().temperature()).isEqualTo(1);
        assertThat(sampling.warping().topP()).isEqualTo(1);
        assertThat(sampling.maxTokens()).as("the rest of the context of 160").isEqualTo(100);
        assertThat(sampling.stops()).isEmpty();
    }

    @Test
    void valuesOutOfRangeAreRefusedByTheirName() {
        var refused = Map.of(
                Sampling.newBuilder().setTemperature(-0.1f), "temperature",
                Sampling.newBuilder().setTemperature(2.1f), "temperature",
                Sampling.newBuilder().setTemperature(Float.NaN), "temperature",
                Sampling.newBuilder().setTopP(-0.1f), "top_p",
                Sampling.newBuilder().setTopP(1.1f), "top_p",
                Sampling.newBuilder().setMaxTokens(0), "max_tokens",
                Sampling.newBuilder().addStop(""), "stop",
                Sampling.newBuilder().addAllStop(Collections.nCopies(17, "x")), "stop");

        refused.forEach((sampling, param) -> assertThatThrownBy(() -> sampling(sampling, 10))
                .isInstanceOfSatisfying(InvalidInput.class, e -> assertThat(e.param()).isEqualTo(param)));
    }

    @Test
    void promptThatFillsTheContextIsRefusedWithNumbersAndTheCodeThatClientsActOn() {
        for (var any : List.of(Sampling.newBuilder(), Sampling.newBuilder().setMaxTokens(1))) {
            assertThatThrownBy(() -> sampling(any, 160)).isInstanceOfSatisfying(InvalidInput.class, e -> {
                assertThat(e.param()).isEqualTo("messages");
                assertThat(e.code()).isEqualTo("context_length_exceeded");
                assertThat(e).hasMessageContaining("holds 160").hasMessageContaining("160 in the messages");
            });
        }
    }

    @Test
    void moreTokensThanThereIsRoomForAreAsManyAsThereIsRoomFor() {
        assertThat(sampling(Sampling.newBuilder().setMaxTokens(60), 100).maxTokens()).isEqualTo(60);
        assertThat(sampling(Sampling.newBuilder().setMaxTokens(61), 100).maxTokens()).isEqualTo(60);
        assertThat(sampling(Sampling.newBuilder().setMaxTokens(-1), 159).maxTokens()).as("2^32 - 1").isEqualTo(1);
    }

    @Test
    void noShareOfProbabilityIsTheLikeliestTokenAlone() {
        assertThat(sampling(Sampling.newBuilder().setTopP(0), 10).warping().topP()).isZero();
    }

    @Test
    void requiredMediaNeedRoomWhateverMaxTokensSays() {
        var one = Sampling.newBuilder().setMaxTokens(1).build();

        assertThat(options.sampling(one, 156, 4).maxTokens()).isEqualTo(1);
        assertThatThrownBy(() -> options.sampling(one, 157, 4)).isInstanceOf(InvalidInput.class);
    }

    @Test
    void noModalitiesAllowsEverySignal() {
        var media = options.media(BackboneRequest.getDefaultInstance());

        assertThat(media.text()).isTrue();
        assertThat(media.allowed()).isEqualTo(BUNDLE.signals()).hasSize(3);
    }

    @Test
    void modalitiesAllowOnlyTheirSignals() {
        var media = options.media(BackboneRequest.newBuilder().addModalities(Modality.IMAGE).build());

        assertThat(media.text()).isFalse();
        assertThat(media.allowed()).extracting(SignalSpec::modality).containsExactly(Modality.IMAGE);
    }

    @Test
    void modalityWithoutASignalIsUnsupported() {
        for (var request : List.of(BackboneRequest.newBuilder().addModalities(Modality.MODALITY_UNSPECIFIED),
                BackboneRequest.newBuilder().addRequired(Modality.TEXT),
                BackboneRequest.newBuilder().addModalitiesValue(77))) {
            assertThatThrownBy(() -> options.media(request.build())).isInstanceOf(UnsupportedModality.class);
        }
    }

    @Test
    void requiredMustBeAllowedAndWithinTheLimitOfRuns() {
        var notAllowed = BackboneRequest.newBuilder().addModalities(Modality.TEXT).addRequired(Modality.IMAGE);
        var tooMany = BackboneRequest.newBuilder().addAllRequired(Collections.nCopies(4, Modality.IMAGE));

        for (var request : List.of(notAllowed, tooMany)) {
            assertThatThrownBy(() -> options.media(request.build())).isInstanceOf(InvalidInput.class);
        }
    }

    private SamplingOptions sampling(Sampling.Builder sampling, int promptTokens) {
        return options.sampling(sampling.build(), promptTokens, 0);
    }
}
