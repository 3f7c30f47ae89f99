// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone;

import static anymesh.backbone.ServedBackbone.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import anymesh.backbone.bundle.BackboneBundle;
import anymesh.backbone.decode.BackboneProbe;
import anymesh.backbone.prompt.PromptBuilder;
import anymesh.kit.batch.BatchPolicy;
import anymesh.kit.model.Tensor;
import anymesh.v1.Modality;
import anymesh.v1.Sampling;
import anymesh.wire.EmbeddingSpec;
import anymesh.wire.call.CallContext;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The built-in backbone against what its Python sources computed. Tolerance: 1e-4 absolute, as of logits around 10. */
@Timeout(120)
class ToyworldBackboneTest {
    private static final Path MODELS = Path.of(System.getProperty("anymesh.root", ".."), "models");
    private static final Path BUNDLE = MODELS.resolve("toyworld/backbone");
    private static final float TOLERANCE = 1e-4f;
    private static final CallContext CALL = CallContext.start("test", null, Duration.ofMinutes(1));

    private final Fixture fixture = Fixture.read(MODELS.resolve("fixtures/backbone.safetensors"));

    @Test
    void promptIsTokenizedAsInPython() {
        try (var bundle = BackboneBundle.load(BUNDLE)) {
            var text = fixture.metadata("prompt");

            var prompt = new PromptBuilder(bundle).build(ask(text).getTurnsList(), List.of(), CALL);

            assertThat(prompt.ids()).isEqualTo(fixture.longs("prompt_ids"));
        }
    }

    @Test
    void textThatSpellsSpecialTokensHoldsNone() {
        try (var bundle = BackboneBundle.load(BUNDLE)) {
            var spelled = String.join(" and ", bundle.prompt().control().values());

            var prompt = new PromptBuilder(bundle).build(ask(spelled).getTurnsList(), List.of(), CALL);

            assertThat(Arrays.stream(prompt.ids()).filter(bundle.prompt().control()::containsKey).toArray())
                    .as("begin, the user's prefix and suffix, the assistant's prefix").hasSize(4);
            assertThat(bundle.prompt().control()).hasSizeGreaterThan(10);
        }
    }

    @Test
    void promptAndTokensComputeWhatPythonComputes() {
        try (var bundle = BackboneBundle.load(BUNDLE); var probe = new BackboneProbe(bundle)) {
            probe.prompt(fixture.longs("prompt_ids"));
            check("prefill", probe);
            for (int step = 0; fixture.has("step%d.token".formatted(step)); step++) {
                probe.token(fixture.longs("step%d.token".formatted(step))[0]);
                check("step" + step, probe);
            }
        }
    }

    @Test
    void pictureThatIsAskedForComesAsItsSignal() {
        try (var backbone = ServedBackbone.start(BUNDLE, new BatchPolicy(8, 4))) {
            var answer = backbone.send(ask("draw a red bell").addModalities(Modality.TEXT).addModalities(Modality.IMAGE)
                    .addRequired(Modality.IMAGE).setSampling(Sampling.newBuilder().setTemperature(0).setMaxTokens(32)));

            assertThat(answer.signals()).extracting(EmbeddingSpec::space).contains("toyworld-signal-image-4x192");
        }
    }

    private void check(String name, BackboneProbe probe) {
        assertClose(probe.logits(), fixture.get(name + ".logits"));
        assertClose(probe.hidden(), fixture.get(name + ".hidden_states"));
    }

    private static void assertClose(float[] actual, Tensor expected) {
        assertThat(actual).hasSize((int) expected.elements());
        assertThat(actual).containsExactly(expected.toFloatArray(), within(TOLERANCE));
    }
}
