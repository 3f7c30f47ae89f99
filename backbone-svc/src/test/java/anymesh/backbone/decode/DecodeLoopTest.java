// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import anymesh.backbone.TinyBackbone;
import anymesh.backbone.answer.Answer;
import anymesh.backbone.answer.AnswerForm;
import anymesh.backbone.answer.AnswerSink;
import anymesh.backbone.answer.Begun;
import anymesh.backbone.answer.MediaOptions;
import anymesh.backbone.answer.Next;
import anymesh.backbone.answer.SamplingOptions;
import anymesh.backbone.answer.Warping;
import anymesh.backbone.answer.TokenLogprob;
import anymesh.backbone.bundle.BackboneBundle;
import anymesh.backbone.bundle.SignalSpec;
import anymesh.backbone.prompt.Prompt;
import anymesh.backbone.tools.CallReader;
import anymesh.kit.model.OnnxSettings;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.Overloaded;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Takes the loop's steps by hand, so that who joins and leaves when is exact; of decoders that want their rows in different ways. */
@ParameterizedClass
@ValueSource(strings = {"masked", "grouped", "equal", "mistaken", "quantized", "ids", "half", "recurrent"})
class DecodeLoopTest {
    private final String kind;
    private final float tolerance;

    private final BackboneBundle bundle;
    private final DecodeLoop loop;

    DecodeLoopTest(String kind, @TempDir Path folder) throws IOException {
        this.kind = kind;
        tolerance = kind.equals("half") ? 0.02f : 1e-4f;
        bundle = TinyBackbone.load(folder, kind);
        loop = DecodeLoop.load(bundle, OnnxSettings.cpu(1), 40, 1 << 20);
    }

    @AfterEach
    void close() {
        loop.close();
        bundle.close();
    }

    @Test
    void sixteenAnswersWithStaggeredJoinsAreThoseWrittenAlone() {
        for (boolean greedy : new boolean[]{true, false}) {
            var alone = IntStream.range(0, 16).mapToObj(i -> write(answer(i, greedy))).toList();

            var together = IntStream.range(0, 16).mapToObj(i -> answer(i, greedy)).toList();
            writeStaggered(together);

            for (int i = 0; i < 16; i++) {
                assertThat(together.get(i).text.toString()).as("answer %d, greedy %s", i, greedy)
                        .isEqualTo(alone.get(i).text.toString());
                assertThat(together.get(i).signals).hasSameSizeAs(alone.get(i).signals);
                for (int s = 0; s < alone.get(i).signals.size(); s++) {
                    assertThat(together.get(i).signals.get(s)).containsExactly(alone.get(i).signals.get(s),
                            within(tolerance));
                }
            }
            assertThat(alone.stream().mapToInt(answer -> answer.signals.size()).sum()).isGreaterThanOrEqualTo(8);
        }
    }

    /** Their prompts, of unequal lengths, are read in one step. */
    @Test
    void answersThatBeginTogetherAreThoseWrittenAlone() {
        var alone = IntStream.range(3, 8).mapToObj(i -> write(shortly(i))).toList();
        var others = IntStream.range(0, 2).mapToObj(i -> answer(i, true)).toList();
        var together = IntStream.range(3, 8).mapToObj(this::shortly).toList();
        var active = new ArrayList<>(others.stream().map(other -> other.job).toList());
        loop.step(active);
        active.addAll(together.stream().map(answer -> answer.job).toList());
        while (!active.isEmpty()) {
            loop.step(active);
            active.removeIf(this::leaves);
        }
        for (int i = 0; i < alone.size(); i++) {
            assertThat(together.get(i).text.toString()).isEqualTo(alone.get(i).text.toString());
            assertThat(together.get(i).signals).hasSize(alone.get(i).signals.size());
        }
    }

    private WrittenAnswer shortly(int length) {
        return answer(prompt(length), options(length, true), media(List.of(bundle.signals().get(length % 3))));
    }

    /** What those before it left in the batch is nothing to an answer, however long they were. */
    @Test
    void answersOneAfterTheOtherAreThoseOfAFreshLoop() {
        var few = new SamplingOptions(Warping.GREEDY, 1, 0, 4, List.of());
        for (int length = 30; length > 8; length--) {
            var after = write(answer(prompt(length), few, media(List.of())));
            try (var fresh = DecodeLoop.load(bundle, OnnxSettings.cpu(1), 40, 1 << 20)) {
                var first = answer(prompt(length), few, media(List.of()));
                while (!first.job.isDone()) {
                    fresh.step(List.of(first.job));
                }
                assertThat(after.text.toString()).as("after longer ones, %d tokens", length)
                        .isEqualTo(first.text.toString());
            }
        }
    }

    @Test
    void answerThatLeavesFreesItsRow() {
        var first = answer(0, true);
        var second = answer(2, true);
        var active = new ArrayList<>(List.of(first.job, second.job));
        loop.step(active);
        loop.step(active);
        assertThat(loop.rows()).isEqualTo(2);

        active.remove(first.job);
        loop.release(first.job);
        loop.step(active);

        assertThat(loop.rows()).isEqualTo(1);
        assertThat(first.job.sequence().batch()).isNull();
        assertThat(first.job.sequence().own()).isNull();
    }

    @Test
    void promptsBeyondTheBudgetOfAStepWaitForTheNext() {
        var answers = IntStream.range(0, 3).mapToObj(_ -> answer(prompt(25), options(1, true), media(List.of())))
                .toList();
        var active = answers.stream().map(a -> a.job).toList();

        loop.step(active);
        assertThat(active.stream().filter(job -> job.next() != null)).hasSize(1);
        loop.step(active);
        assertThat(active.stream().filter(job -> job.next() != null)).hasSize(2);
    }

    @Test
    void besideAnAnswerALongPromptIsReadBlockByBlock() {
        var alone = write(answer(prompt(80), options(1, true), media(List.of())));
        var writing = answer(prompt(4), new SamplingOptions(Warping.GREEDY, 1, 0, 12, List.of()), media(List.of()));
        var reading = answer("reading", prompt(80), options(1, true), media(List.of()));
        loop.step(List.of(writing.job));
        for (int step = 1; step <= 3; step++) {
            int before = writing.job.written();
            loop.step(List.of(writing.job, reading.job));
            assertThat(writing.job.written()).as("it is written on").isGreaterThan(before);
            assertThat(reading.job.next() == null).as("read after %d steps", step)
                    .isEqualTo(readsInBlocks() && step < 3);
        }
        write(reading);
        assertThat(reading.text.toString()).isEqualTo(alone.text.toString());
        loop.release(writing.job);
    }

    /** To the bit, as far as what it predicts tells. */
    @Test
    void aPromptThatBeginsLikeAnotherOneIsReadFromThereOn() {
        write(answer(prompt(70), options(1, true), media(List.of())));
        var turn = Prompt.of(LongStream.concat(LongStream.of(prompt(70).ids()), LongStream.of(33, 35, 38)).toArray(),
                List.of());
        var signal = media(List.of(bundle.signals().get(1)));
        var fresh = write(answer("fresh", turn, options(1, true), signal));
        var again = write(answer(turn, options(1, true), signal));
        assertThat(fresh.job.reused()).as("another caller").isZero();
        assertThat(again.job.reused()).isEqualTo(readsInBlocks() ? 64 : 0);
        assertThat(again.text.toString()).isEqualTo(fresh.text.toString());
        assertThat(again.signals).usingRecursiveComparison().isEqualTo(fresh.signals);
    }

    /** Of recurrent states there is only the last, and where one scale quantizes all positions parts are not the whole. */
    private boolean readsInBlocks() {
        return !List.of("recurrent", "quantized").contains(kind);
    }

    @Test
    void answerWhoseSignalFindsNoMemoryFailsAlone() {
        var failing = new WrittenAnswer(prompt(4), options(1, true), media(List.of(bundle.signals().get(1)))) {
            @Override
            public void signal(SignalSpec signal, float[] states, List<Integer> tokens) {
                throw new Overloaded("no memory");
            }
        };
        var other = answer(1, true);
        var active = new ArrayList<>(List.of(failing.job, other.job));
        while (!active.isEmpty()) {
            loop.step(active);
            active.removeIf(this::leaves);
        }

        assertThat(failing.job.next()).isNotInstanceOf(Next.End.class);
        assertThat(other.job.next()).isInstanceOf(Next.End.class);
    }

    /** A token that the graph has no row for fails the run of all: only the answer that is to be fed it may fail. */
    @Test
    void answerWhoseTokenCannotBeFedFailsAlone() {
        var alone = IntStream.range(0, 5).mapToObj(i -> write(answer(i, true))).toList();
        var together = IntStream.range(0, 5).mapToObj(i -> answer(i, true)).toList();
        var active = new ArrayList<>(together.stream().map(a -> a.job).toList());
        var culprit = together.get(2);
        for (int step = 0; !active.isEmpty(); step++) {
            if (step == 4) {
                assertThat(culprit.job.sequence().batch()).isNotNull();
                culprit.job.next(new Next.Token(1_000_000));
            }
            loop.step(active);
            active.removeIf(this::leaves);
        }

        for (int i = 0; i < 5; i++) {
            var answer = together.get(i);
            if (i == 2) {
                assertThat(answer.job.next()).isNotInstanceOf(Next.End.class);
            } else {
                assertThat(answer.job.next()).isInstanceOf(Next.End.class);
                assertThat(answer.text.toString()).as("answer %d", i).isEqualTo(alone.get(i).text.toString());
            }
        }
    }

    @Test
    void answerWhosePromptCannotBeReadFailsAlone() {
        var alone = write(answer(1, true));
        var failing = answer(Prompt.of(new long[]{40, 1_000_000, 41}, List.of()), options(1, true), media(List.of()));
        var other = answer(1, true);
        var active = new ArrayList<>(List.of(failing.job, other.job));
        loop.step(active);
        assertThat(failing.job.isDone()).isTrue();
        assertThat(failing.job.sequence().own()).isNull();
        while (!active.isEmpty()) {
            active.removeIf(this::leaves);
            loop.step(active);
        }

        assertThat(other.text.toString()).isEqualTo(alone.text.toString());
    }

    private WrittenAnswer write(WrittenAnswer answer) {
        writeStaggered(List.of(answer));
        return answer;
    }

    /** One more joins at each second step. */
    private void writeStaggered(List<WrittenAnswer> answers) {
        var active = new ArrayList<GenerateJob>();
        var waiting = new ArrayList<>(answers.stream().map(a -> a.job).toList());
        for (int step = 0; !active.isEmpty() || !waiting.isEmpty(); step++) {
            if (step % 2 == 0 && !waiting.isEmpty()) {
                active.add(waiting.removeFirst());
            }
            loop.step(active);
            active.removeIf(this::leaves);
        }
    }

    private boolean leaves(GenerateJob job) {
        if (job.isDone()) {
            loop.release(job);
        }
        return job.isDone();
    }

    /** Every second one must hold a signal; lengths of prompts and answers differ. */
    private WrittenAnswer answer(int i, boolean greedy) {
        var required = i % 2 == 0 ? List.<SignalSpec>of() : List.of(bundle.signals().get(i % 3));
        return answer(prompt(3 + 7 * i % 30), options(i, greedy), media(required));
    }

    private WrittenAnswer answer(Prompt prompt, SamplingOptions options, MediaOptions media) {
        return new WrittenAnswer(prompt, options, media);
    }

    /** Of a caller with a name. */
    private WrittenAnswer answer(String caller, Prompt prompt, SamplingOptions options, MediaOptions media) {
        return new WrittenAnswer(CallContext.start("test", caller, null, Duration.ofMinutes(5)), prompt, options,
                media);
    }

    private static Prompt prompt(int length) {
        return Prompt.of(LongStream.range(0, length).map(i -> 33 + i * 7 % 90 + length % 5).toArray(), List.of());
    }

    private static SamplingOptions options(int i, boolean greedy) {
        return new SamplingOptions(new Warping(greedy ? 0 : 1, 0, 0.9f, 0), 1, i, 12 + 5 * i % 40, List.of());
    }

    private MediaOptions media(List<SignalSpec> required) {
        return new MediaOptions(true, bundle.signals(), required, 8);
    }

    private class WrittenAnswer implements AnswerSink {
        final StringBuilder text = new StringBuilder();
        final List<float[]> signals = new ArrayList<>();
        final GenerateJob job;

        WrittenAnswer(Prompt prompt, SamplingOptions options, MediaOptions media) {
            this(CallContext.start("test", null, Duration.ofMinutes(5)), prompt, options, media);
        }

        WrittenAnswer(CallContext call, Prompt prompt, SamplingOptions options, MediaOptions media) {
            this.job = new GenerateJob(call, prompt,
                    new Answer(options, prompt.ids(),
                            media, bundle.signals(), bundle.stop(), bundle.shape().hidden(), bundle.tokenizer()::decode,
                            AnswerForm.FREE, Begun.NOTHING, this),
                    0);
        }

        @Override
        public void text(String delta, List<TokenLogprob> logprobs, List<Integer> tokens) {
            text.append(delta);
        }

        @Override
        public void signal(SignalSpec signal, float[] states, List<Integer> tokens) {
            text.append('<').append(signal.modality()).append('>');
            signals.add(states);
        }

        @Override
        public void call(CallReader.Delta delta, List<Integer> tokens) {
            text.append(delta);
        }
    }
}
