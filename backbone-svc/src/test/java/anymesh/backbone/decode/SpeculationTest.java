// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import anymesh.backbone.TinyBackbone;
import anymesh.backbone.answer.Answer;
import anymesh.backbone.answer.AnswerForm;
import anymesh.backbone.answer.AnswerSink;
import anymesh.backbone.answer.Begun;
import anymesh.backbone.answer.Logprobs;
import anymesh.backbone.answer.MediaOptions;
import anymesh.backbone.answer.SamplingOptions;
import anymesh.backbone.answer.TokenLogprob;
import anymesh.backbone.answer.Warping;
import anymesh.backbone.bundle.BackboneBundle;
import anymesh.backbone.bundle.SignalSpec;
import anymesh.backbone.constraint.Schema;
import anymesh.backbone.prompt.Prompt;
import anymesh.backbone.tools.CallReader;
import anymesh.kit.model.BundleException;
import anymesh.kit.model.OnnxModel;
import anymesh.kit.model.OnnxSettings;
import anymesh.kit.model.Tensor;
import anymesh.wire.call.CallContext;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Answers with a draft model that guesses most tokens of greedy ones and few of sampled ones, held against those without: one by one as it is
 * not sure of them, or several at a time.
 */
class SpeculationTest {
    private static final float TOLERANCE = 1e-3f;
    private static final String SCHEMA = """
            {"type": "object", "properties": {"name": {"type": "string", "maxLength": 30}, "age": {"type": "integer"}},
             "required": ["name", "age"], "additionalProperties": false}""";

    @TempDir
    private Path folder;

    /** How an answer is asked for. */
    private record Ask(String name, Prompt prompt, float temperature, int maxTokens, List<String> stops,
            float repetitionPenalty, boolean isDocument, boolean hasLogprobs, int required, List<Integer> begun) {

        static Ask of(String name, int prompt, float temperature) {
            return new Ask(name, prompt(prompt), temperature, 60, List.of(), 1, false, false, -1, List.of());
        }

        private static Prompt prompt(int length) {
            return Prompt.of(LongStream.range(0, length).map(i -> 33 + i * 7 % 90 + length % 5).toArray(), List.of());
        }

        Ask stoppingAt(String... texts) {
            return new Ask(name, prompt, temperature, maxTokens, List.of(texts), repetitionPenalty, isDocument,
                    hasLogprobs, required, begun);
        }

        Ask of(int tokens) {
            return new Ask(name, prompt, temperature, tokens, stops, repetitionPenalty, isDocument, hasLogprobs,
                    required, begun);
        }
    }

    private static List<Ask> asks() {
        return List.of(Ask.of("greedy", 9, 0), Ask.of("greedy to the end of the context", 20, 0).of(140),
                Ask.of("greedy, of one token", 5, 0).of(1), Ask.of("sampled", 9, 1),
                Ask.of("sampled, longer", 31, 0.7f),
                Ask.of("stopped", 9, 1).stoppingAt("e", "th"),
                new Ask("penalized", Ask.prompt(12), 0, 60, List.of(), 1.3f, false, true, -1, List.of()),
                new Ask("a document", Ask.prompt(14), 0, 100, List.of(), 1, true, true, -1, List.of()),
                new Ask("a sampled document", Ask.prompt(15), 1, 100, List.of(), 1, true, false, -1, List.of()),
                new Ask("with log probabilities", Ask.prompt(7), 1, 40, List.of(), 1, false, true, -1, List.of()),
                new Ask("with a picture", Ask.prompt(8), 1, 40, List.of(), 1, false, false, 0, List.of()),
                new Ask("with a film", Ask.prompt(8), 0, 40, List.of(), 1, false, false, 2, List.of()),
                new Ask("begun elsewhere", Ask.prompt(8), 1, 40, List.of(), 1, false, false, -1,
                        List.of(65, 66, 67, 68, 69)));
    }

    @ParameterizedTest
    @CsvSource({"masked, half", "masked, sure", "grouped, sure", "equal, quantized", "ids, sure", "half, sure"})
    void answersAloneAreThoseWithoutDrafts(String kind, String draft) throws IOException {
        int open = OnnxModel.open();
        try (var bundle = TinyBackbone.load(folder, kind, draft);
                var plain = load(bundle.withoutDraft());
                var drafting = load(bundle)) {
            for (var ask : asks()) {
                var expected = write(plain, bundle, ask);
                var written = write(drafting, bundle, ask);
                written.assertEquals(expected, kind.equals("half") ? 0.02f : TOLERANCE);
            }
            assertThat(plain.drafts().runs()).isZero();
            var drafts = drafting.drafts();
            boolean isSure = draft.equals("sure");
            assertThat(drafts.accepted()).as("right guesses").isGreaterThan(isSure ? 200 : 100);
            assertThat(drafts.drafted() - drafts.accepted()).as("wrong guesses").isGreaterThan(50);
        }
        assertThat(OnnxModel.open()).as("models that were left open").isEqualTo(open);
    }

    @Test
    void aRunWritesAllThatWasGuessedRightly() throws IOException {
        try (var bundle = TinyBackbone.load(folder, "masked", "sure"); var drafting = load(bundle)) {
            var ask = Ask.of("greedy", 9, 0);
            write(drafting, bundle, ask);
            var drafts = drafting.drafts();
            assertThat(drafts.runs()).isLessThan(ask.maxTokens() / 4);
            assertThat(drafts.accepted() + drafts.runs()).as("but for the first, which the prompt's run wrote")
                    .isEqualTo(ask.maxTokens() - 1);
        }
    }

    /** Whoever is alone is drafted; the draft model catches up on what was written in company. */
    @ParameterizedTest
    @ValueSource(strings = {"masked", "grouped", "equal"})
    void answersThatCompanyJoinsAndLeavesAreThoseWithoutDrafts(String kind) throws IOException {
        try (var bundle = TinyBackbone.load(folder, kind, "sure");
                var plain = load(bundle.withoutDraft());
                var drafting = load(bundle)) {
            for (var ask : asks()) {
                var expected = write(plain, bundle, ask.of(100));
                var written = new Written(bundle, ask.of(100));
                var visitors = new ArrayList<>(List.of(Ask.of("visitor", 11, 1).of(9), Ask.of("visitor", 40, 0).of(5)));
                var company = new ArrayList<Written>();
                long alone = 0;
                for (int step = 0; !written.job.isDone(); step++) {
                    if (step == 3 || step == 20) {
                        company.add(new Written(bundle, visitors.removeFirst()));
                    }
                    long before = drafting.drafts().runs();
                    var active = new ArrayList<>(company.stream().map(visitor -> visitor.job).toList());
                    active.addFirst(written.job);
                    drafting.step(active);
                    if (active.size() > 1) {
                        assertThat(drafting.drafts().runs()).isEqualTo(before);
                    } else {
                        alone += drafting.drafts().runs() - before;
                    }
                    company.removeIf(visitor -> leaves(drafting, visitor));
                }
                company.forEach(visitor -> drafting.release(visitor.job));
                drafting.release(written.job);
                written.assertEquals(expected, TOLERANCE);
                assertThat(alone).isPositive();
            }
        }
    }

    @Test
    void aDraftModelThatBreaksFailsNoAnswer() throws IOException {
        try (var bundle = TinyBackbone.load(folder, "masked", "sure");
                var plain = load(bundle.withoutDraft());
                var drafting = load(bundle)) {
            var ask = Ask.of("greedy", 9, 0);
            var expected = write(plain, bundle, ask);
            var written = new Written(bundle, ask);
            for (int step = 0; step < 3; step++) {
                drafting.step(List.of(written.job));
            }
            long runs = drafting.drafts().runs();
            assertThat(runs).isPositive();
            Objects.requireNonNull(drafting.speculation()).close();
            finish(drafting, written);
            written.assertEquals(expected, TOLERANCE);
            write(drafting, bundle, ask).assertEquals(expected, TOLERANCE);
            assertThat(drafting.drafts().runs()).isEqualTo(runs);
        }
    }

    @Test
    void promptsWithMediaAreNotDrafted() throws IOException {
        try (var bundle = TinyBackbone.load(folder, "masked", "masked"); var drafting = load(bundle)) {
            var media = new Prompt.Splice(1, Tensor.ofFloats(new float[2 * 16], 2, 16));
            var ask = new Ask("of a picture", Prompt.of(new long[]{40, 41}, List.of(media)), 0, 12, List.of(), 1, false,
                    false, -1, List.of());
            write(drafting, bundle, ask);
            assertThat(drafting.drafts().runs()).isZero();
        }
    }

    /** One scale for all positions: what is fed beside a token changes what it predicts. */
    @Test
    void aModelThatDraftsWouldChangeIsNotDrafted() throws IOException {
        try (var bundle = TinyBackbone.load(folder, "quantized", "masked"); var drafting = load(bundle)) {
            assertThat(drafting.speculation()).isNull();
            assertThat(write(drafting, bundle, Ask.of("greedy", 9, 0)).parts).isNotEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"recurrent, masked, model", "masked, recurrent, draft"})
    void whatCannotForgetIsRefused(String kind, String draft, String which) throws IOException {
        int open = OnnxModel.open();
        try (var bundle = TinyBackbone.load(folder, kind, draft)) {
            assertThatThrownBy(() -> load(bundle).close()).isInstanceOf(BundleException.class).hasMessageContainingAll(
                    "keeps its size, so that the %s can't forget tokens".formatted(which),
                    draft.equals("recurrent") ? "draft/decoder.onnx" : "decoder.onnx");
            load(bundle.withoutDraft()).close();
            assertThat(OnnxModel.open()).as("models that were left open").isEqualTo(open);
        }
    }

    private static DecodeLoop load(BackboneBundle bundle) {
        return DecodeLoop.load(bundle, OnnxSettings.cpu(1), 100, 0);
    }

    private static Written write(DecodeLoop loop, BackboneBundle bundle, Ask ask) {
        var written = new Written(bundle, ask);
        finish(loop, written);
        return written;
    }

    private static void finish(DecodeLoop loop, Written written) {
        while (!leaves(loop, written)) {
            loop.step(List.of(written.job));
        }
        assertThat(written.job.sequence().own()).isNull();
        assertThat(written.job.draft().sequence().own()).isNull();
    }

    private static boolean leaves(DecodeLoop loop, Written written) {
        if (written.job.isDone()) {
            loop.release(written.job);
        }
        return written.job.isDone();
    }

    /** What came of an answer, with every delta apart. */
    private static final class Written implements AnswerSink {
        private final String name;
        private final List<String> parts = new ArrayList<>();
        private final List<Float> logprobs = new ArrayList<>();
        private final List<float[]> signals = new ArrayList<>();
        private final GenerateJob job;

        Written(BackboneBundle bundle, Ask ask) {
            name = ask.name();
            var required = ask.required() < 0
                    ? List.<SignalSpec>of()
                    : List.of(bundle.signals().get(ask.required()));
            var form = new AnswerForm(ask.isDocument()
                    ? Schema.read(SCHEMA).begin(Objects.requireNonNull(bundle.documents()))
                    : null, null, ask.hasLogprobs() ? new Logprobs(3) : null);
            var sampling = new SamplingOptions(new Warping(ask.temperature(), 0, 0.95f, 0), ask.repetitionPenalty(), 7,
                    Math.min(ask.maxTokens(), bundle.shape().context() - ask.prompt().length()), ask.stops());
            job = new GenerateJob(CallContext.start("test", null, Duration.ofMinutes(5)), ask.prompt(),
                    new Answer(sampling, ask.prompt().ids(),
                            new MediaOptions(true, ask.isDocument() ? List.of() : bundle.signals(), required, 8),
                            bundle.signals(), bundle.stop(), bundle.shape().hidden(), bundle.tokenizer()::decode, form,
                            new Begun(ask.begun(), 0, 0, 0, 0, 0), this),
                    sampling.maxTokens());
        }

        @Override
        public void text(String delta, List<TokenLogprob> told, List<Integer> tokens) {
            parts.add("%s %s".formatted(delta, tokens));
            told.forEach(logprob -> {
                parts.add("token %d".formatted(logprob.token()));
                logprobs.add(logprob.logprob());
            });
        }

        @Override
        public void signal(SignalSpec signal, float[] states, List<Integer> tokens) {
            parts.add("<%s> %s".formatted(signal.modality(), tokens));
            signals.add(states);
        }

        @Override
        public void call(CallReader.Delta delta, List<Integer> tokens) {
            throw new AssertionError("no tools were offered");
        }

        void assertEquals(Written expected, float tolerance) {
            assertThat(parts).as(name).isEqualTo(expected.parts);
            assertThat(logprobs).as(name).hasSameSizeAs(expected.logprobs);
            for (int i = 0; i < logprobs.size(); i++) {
                assertThat(logprobs.get(i)).as(name).isCloseTo(expected.logprobs.get(i), within(tolerance));
            }
            assertThat(signals).as(name).hasSameSizeAs(expected.signals);
            for (int i = 0; i < signals.size(); i++) {
                assertThat(signals.get(i)).as(name).containsExactly(expected.signals.get(i), within(tolerance));
            }
        }
    }
}
