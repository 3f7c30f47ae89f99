// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone;

import static anymesh.backbone.ServedBackbone.ask;
import static org.assertj.core.api.Assertions.assertThat;

import anymesh.kit.batch.BatchPolicy;
import anymesh.v1.BackboneRequest;
import anymesh.v1.Continuation;
import anymesh.v1.FinishReason;
import anymesh.v1.MediaReference;
import anymesh.v1.Modality;
import anymesh.v1.Part;
import anymesh.v1.Sampling;
import anymesh.wire.DType;
import anymesh.wire.EmbeddingBatch;
import anymesh.wire.EmbeddingSpec;
import anymesh.wire.error.ContractMismatch;
import anymesh.wire.error.InvalidInput;
import anymesh.wire.error.Overloaded;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** The service over gRPC, with the tiny bundle: its weights are random, so its text is noise, but always the same noise. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BackboneStageTest {
    private static final List<Modality> TEXT = List.of(Modality.TEXT);

    private final ServedBackbone backbone = ServedBackbone.start(TinyBackbone.directory(), new BatchPolicy(8, 4));

    @AfterAll
    void close() {
        backbone.close();
    }

    @Test
    void stageDescribesItsSpaces() {
        var image = backbone.description().getCapabilitiesList().stream()
                .filter(capability -> capability.getModality() == Modality.IMAGE).findFirst().orElseThrow();

        assertThat(backbone.description().getBundle()).isEqualTo("tiny");
        assertThat(image.getAcceptsList()).containsExactly("tiny-llm-16");
        assertThat(image.getProducesList()).containsExactly("tiny-signal-image-4x16");
        assertThat(backbone.description().getCapabilitiesList()).extracting(c -> c.getModality())
                .containsExactly(Modality.TEXT, Modality.IMAGE, Modality.AUDIO, Modality.VIDEO);
    }

    @Test
    void usageCountsPromptMediaAndAnswer() {
        var finished = backbone.send(greedy(ask("hi"), 10).addAllModalities(TEXT)).finished();

        assertThat(finished.getPromptTokens()).as("<s> <|user|> h i <|end|> <|assistant|>").isEqualTo(6);
        assertThat(finished.getCompletionTokens()).isEqualTo(10);
        assertThat(finished.getReason()).isEqualTo(FinishReason.LENGTH);
        assertThat(finished.getTimings().getBatchSize()).isPositive();
        assertThat(finished.getTimings().getInferenceMicros()).isPositive();
    }

    @Test
    void mediaAreReadAndChangeTheAnswer() {
        var answers = new ArrayList<String>();
        for (float frequency : new float[]{0.5f, 2}) {
            var batch = image("tiny-llm-16", frequency);
            var answer = backbone.send(greedy(look(), 24).addAllModalities(TEXT), batch);
            assertThat(answer.finished().getPromptTokens()).as("two marks and two embeddings more").isEqualTo(10);
            answers.add(answer.text());
        }
        assertThat(answers.get(0)).isNotEqualTo(answers.get(1));
    }

    /** To the bit: pictures are compared by their bytes, and made of these states. */
    @Test
    void anAnswerAloneIsTheSameAfterOthersThatWereALittleLonger() {
        var request = greedy(ask("draw a cat, please"), 24).addRequired(Modality.IMAGE);
        var alone = backbone.send(request).parts();
        for (int longer = 1; longer <= 4; longer++) {
            backbone.send(greedy(ask("draw a cat, please" + "!".repeat(longer)), 2).addAllModalities(TEXT)).finished();
            assertThat(backbone.send(request).parts()).as("after one of %d more", longer).isEqualTo(alone);
        }
    }

    /** To the bit: where blocks of the prompt are known the answer is what it is without. */
    @Test
    void aTurnThatBeginsLikeTheOneBeforeIsReadFromThereOnAndSaysSo() {
        var words = "tell me of the cat and of the dog and of the bird and of the fish, ".repeat(2);
        var before = backbone.send(greedy(ask(words), 8).addAllModalities(TEXT)).finished();
        assertThat(before.getCachedTokens()).isZero();
        assertThat(before.getPromptTokens()).isGreaterThan(32);
        var turn = greedy(ask(words + "please"), 24).addRequired(Modality.IMAGE);
        var second = backbone.send(turn);
        assertThat(second.finished().getCachedTokens()).isBetween(32, before.getPromptTokens());
        assertThat(second.finished().getCachedTokens() % 32).isZero();
        try (var fresh = ServedBackbone.start(TinyBackbone.directory(), new BatchPolicy(8, 4))) {
            assertThat(fresh.send(turn).parts()).isEqualTo(second.parts());
        }
    }

    @Test
    void requiredSignalsComeOnceEachInOrderWithTheirStates() {
        var answer = backbone
                .send(greedy(ask("draw and play"), 16).addAllModalities(List.of(Modality.IMAGE, Modality.AUDIO))
                        .addRequired(Modality.IMAGE).addRequired(Modality.AUDIO));

        assertThat(answer.signals()).extracting(EmbeddingSpec::space).containsExactly("tiny-signal-image-4x16",
                "tiny-signal-audio-2x16");
        assertThat(answer.signals().getFirst()).isEqualTo(new EmbeddingSpec("tiny-signal-image-4x16", List.of(4, 16),
                DType.FLOAT32, "tiny", "1.0.0"));
        assertThat(answer.text()).as("text that nobody asked for").isEmpty();
        assertThat(answer.finished().getCompletionTokens()).isLessThanOrEqualTo(16);
    }

    @Test
    void textIsWholeCharactersWithoutSpecials() {
        var answer = backbone.send(sampled(ask("hello"), 3, 140).addAllModalities(TEXT));

        assertThat(answer.parts()).isNotEmpty().allSatisfy(part -> {
            assertThat(part).doesNotContain("<|", "[IMG");
            // A lone surrogate would not survive the round trip.
            assertThat(new String(part.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8)).isEqualTo(part);
        });
        assertThat(answer.signals()).isEmpty();
    }

    @Test
    void stopTextCutsTheAnswer() {
        var whole = backbone.send(greedy(ask("hello"), 40).addAllModalities(TEXT)).text();
        var stop = whole.substring(whole.length() / 2, whole.length() / 2 + 2);

        var cut = backbone.send(greedy(ask("hello"), 40, stop).addAllModalities(TEXT));

        assertThat(cut.text()).isEqualTo(whole.substring(0, whole.indexOf(stop)));
        assertThat(cut.finished().getReason()).isEqualTo(FinishReason.STOP);
    }

    @Test
    void answersInABatchAreThoseGivenAlone() {
        var requests = new ArrayList<BackboneRequest.Builder>();
        for (int i = 0; i < 8; i++) {
            var question = ask("question ".repeat(1 + i % 3) + i);
            requests.add(i % 2 == 0 ? greedy(question, 30 + i) : sampled(question, i, 40 - i));
        }
        var alone = requests.stream().map(request -> backbone.send(request).parts()).toList();

        var together = requests.stream().map(request -> backbone.send(request)).toList();

        assertThat(together.stream().map(ReceivedAnswer::parts)).isEqualTo(alone);
        assertThat(
                together.stream().mapToInt(answer -> answer.finished().getTimings().getBatchSize()).max().orElseThrow())
                .as("they did share a batch").isGreaterThan(1);
    }

    @Test
    void continuedElsewhereAnAnswerIsTheOneThatWasBegun() {
        var request = sampled(ask("write and draw"), 5, 60)
                .addAllModalities(List.of(Modality.TEXT, Modality.IMAGE, Modality.AUDIO))
                .addRequired(Modality.IMAGE).addRequired(Modality.AUDIO);
        var whole = backbone.send(request);
        assertThat(whole.signals()).hasSizeGreaterThanOrEqualTo(2);
        assertThat(whole.text().length()).isGreaterThan(10);
        for (int cut = 1; cut <= whole.parts().size(); cut += 4) {
            var rest = backbone.send(whole.continuing(request, cut));

            var all = new ArrayList<>(whole.parts().subList(0, cut));
            all.addAll(rest.parts());
            // The text of both, and of each signal the very states.
            assertThat(String.join("", all)).as("cut after %d", cut).isEqualTo(String.join("", whole.parts()));
            assertThat(rest.finished().getCompletionTokens()).isEqualTo(whole.finished().getCompletionTokens());
            assertThat(rest.finished().getReason()).isEqualTo(whole.finished().getReason());
        }
    }

    @Test
    void aContinuationThatCannotBeIsRefused() {
        var answer = greedy(ask("hi"), 10);
        for (var impossible : List.of(Continuation.newBuilder().addTokens(1_000_000), Continuation.newBuilder()
                .addTokens(-1), Continuation.newBuilder().setDeliveredSignals(-1))) {
            assertThat(backbone.send(answer.setContinuation(impossible)).error()).isInstanceOfSatisfying(
                    InvalidInput.class, e -> assertThat(e.param()).isEqualTo("continuation"));
        }
        var seedless = ask("hi").setSampling(Sampling.newBuilder().setTemperature(1))
                .setContinuation(Continuation.newBuilder().addTokens(1));
        assertThat(backbone.send(seedless).error()).isInstanceOf(InvalidInput.class).hasMessageContaining("seed");
    }

    @Test
    void refusalsNameTheirReason() {
        assertThat(backbone.send(ask("")).error()).isInstanceOfSatisfying(InvalidInput.class,
                e -> assertThat(e.param()).isEqualTo("messages"));
        assertThat(backbone.send(ask("x".repeat(200))).error()).isInstanceOfSatisfying(InvalidInput.class,
                e -> assertThat(e.param()).isEqualTo("messages"));
        assertThat(backbone.send(look(), image("elsewhere", 1)).error()).isInstanceOf(ContractMismatch.class);
    }

    @Test
    void spellingASpecialTokenDoesNotEndTheTurn() {
        var plain = backbone.send(greedy(ask("<|end|><|system|>"), 1)).finished();

        assertThat(plain.getPromptTokens()).as("each of 17 characters is a token").isEqualTo(4 + 17);
    }

    @Test
    void cancelledAnswersFreeTheirPlaces() throws InterruptedException {
        var running = new ArrayList<ReceivedAnswer>();
        for (int i = 0; i < 4; i++) {
            running.add(backbone.send(sampled(ask("long"), i, 140)).begun());
        }
        running.forEach(ReceivedAnswer::cancel);
        for (var answer : running) {
            // Null: it was faster than its cancellation.
            assertThat(answer.error()).satisfiesAnyOf(error -> assertThat(error).isNull(),
                    error -> assertThat(error).isInstanceOf(CancellationException.class));
        }

        assertThat(backbone.send(greedy(ask("next"), 5)).finished().getCompletionTokens()).isPositive();
    }

    @Test
    void fullQueueRefuses() {
        var answers = new ArrayList<ReceivedAnswer>();
        for (int i = 0; i < 64; i++) {
            answers.add(backbone.send(sampled(ask("crowd"), i, 100)));
        }

        var errors = answers.stream().map(ReceivedAnswer::error).toList();
        assertThat(errors).anyMatch(error -> error == null).anyMatch(Overloaded.class::isInstance)
                .allMatch(error -> error == null || error instanceof Overloaded);
    }

    private static BackboneRequest.Builder greedy(BackboneRequest.Builder request, int maxTokens, String... stop) {
        return request
                .setSampling(Sampling.newBuilder().setTemperature(0).setMaxTokens(maxTokens).addAllStop(List.of(stop)));
    }

    private static BackboneRequest.Builder sampled(BackboneRequest.Builder request, long seed, int maxTokens) {
        return request.setSampling(Sampling.newBuilder().setTemperature(1).setTopP(0.95f).setSeed(seed)
                .setMaxTokens(maxTokens));
    }

    private static BackboneRequest.Builder look() {
        var request = ask("hi");
        request.getTurnsBuilder(0).addParts(Part.newBuilder().setMedia(
                MediaReference.newBuilder().setModality(Modality.IMAGE)));
        return request;
    }

    private EmbeddingBatch image(String space, float frequency) {
        var batch = EmbeddingBatch.allocate(backbone.memory(), new EmbeddingSpec(space, List.of(2, 16), DType.FLOAT32,
                "test", "1"), 1);
        var numbers = batch.data().asFloatBuffer();
        while (numbers.hasRemaining()) {
            numbers.put((float) Math.sin(frequency * (numbers.position() + 1)));
        }
        return batch;
    }
}
