// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.backbone.TinyBackbone;
import anymesh.backbone.bundle.BackboneBundle;
import anymesh.v1.MediaReference;
import anymesh.v1.Modality;
import anymesh.v1.Part;
import anymesh.v1.Role;
import anymesh.v1.Turn;
import anymesh.wire.DType;
import anymesh.wire.EmbeddingBatch;
import anymesh.wire.EmbeddingSpec;
import anymesh.wire.WireMemory;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.ContractMismatch;
import anymesh.wire.error.InvalidInput;
import anymesh.wire.error.UnsupportedModality;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PromptBuilderTest {
    private static final CallContext CALL = CallContext.start("test", null, Duration.ofMinutes(1));
    private static final long BEGIN = 256;
    private static final long SYSTEM = 257;
    private static final long USER = 258;
    private static final long ASSISTANT = 259;
    private static final long END = 260;
    private static final long OPEN = 261;
    private static final long CLOSE = 262;

    private final BackboneBundle bundle = TinyBackbone.load();
    private final PromptBuilder builder = new PromptBuilder(bundle);
    private final WireMemory memory = new WireMemory("test", 1 << 20);

    @AfterEach
    void close() {
        memory.close();
        bundle.close();
    }

    @Test
    void turnsStandBetweenTheirRolesMarksAndTheAssistantIsNext() {
        var prompt = builder.build(List.of(turn(Role.SYSTEM, text("S")), turn(Role.USER, text("a"), text("b")),
                turn(Role.ASSISTANT, text("c")), turn(Role.USER, text("d"))), List.of(), CALL);

        assertThat(prompt.ids()).containsExactly(BEGIN, SYSTEM, 'S', END, USER, 'a', 'b', END, ASSISTANT, 'c', END,
                USER,
                'd', END, ASSISTANT);
        assertThat(prompt.length()).isEqualTo(15);
    }

    @Test
    void mediumStandsBetweenItsMarks() {
        try (var batch = batch("tiny-llm-16", List.of(2, 16), DType.FLOAT32, 3)) {
            batch.data().asFloatBuffer().put(32, 1.5f);

            var prompt = builder.build(List.of(turn(Role.USER, text("a"), image(0, 1), text("b"))), List.of(batch),
                    CALL);

            assertThat(prompt.ids()).containsExactly(BEGIN, USER, 'a', OPEN, CLOSE, 'b', END, ASSISTANT);
            assertThat(prompt.length()).as("two embeddings more").isEqualTo(10);
            var splice = prompt.media().getFirst();
            assertThat(splice.before()).isEqualTo(4);
            assertThat(splice.embeddings().shape()).containsExactly(2, 16);
            assertThat(splice.embeddings().floats().get(0)).isEqualTo(1.5f);
        }
    }

    @Test
    void promptOutlivesTheBatchesItWasMadeOf() {
        Prompt prompt;
        try (var batch = batch("tiny-llm-16", List.of(16), DType.FLOAT32, 1)) {
            batch.data().asFloatBuffer().put(0, 2.5f);
            prompt = builder.build(List.of(turn(Role.USER, image(0, 0))), List.of(batch), CALL);
            batch.data().asFloatBuffer().put(0, 0f);
        }

        assertThat(prompt.media().getFirst().embeddings().floats().get(0)).isEqualTo(2.5f);
    }

    @Test
    void halfPrecisionIsWidened() {
        try (var batch = batch("tiny-llm-16", List.of(1, 16), DType.FLOAT16, 1)) {
            batch.data().asShortBuffer().put(3, Float.floatToFloat16(-0.75f));

            var prompt = builder.build(List.of(turn(Role.USER, image(0, 0))), List.of(batch), CALL);

            assertThat(prompt.media().getFirst().embeddings().floats().get(3)).isEqualTo(-0.75f);
        }
    }

    @Test
    void embeddingsOfAnotherSpaceOrWidthAreAMismatch() {
        for (var spec : List.of(spec("other-llm", List.of(2, 16)), spec("tiny-llm-16", List.of(2, 8)),
                spec("tiny-llm-16", List.of(1, 2, 16)))) {
            try (var batch = EmbeddingBatch.allocate(memory, spec, 1)) {
                assertThatThrownBy(() -> builder.build(List.of(turn(Role.USER, image(0, 0))), List.of(batch), CALL))
                        .isInstanceOf(ContractMismatch.class).hasMessageContaining(spec.space());
            }
        }
    }

    @Test
    void referenceToNothingIsRefused() {
        try (var batch = batch("tiny-llm-16", List.of(2, 16), DType.FLOAT32, 1)) {
            for (var reference : List.of(image(1, 0), image(0, 1), image(-1, 0), image(0, -1))) {
                assertThatThrownBy(() -> builder.build(List.of(turn(Role.USER, reference)), List.of(batch), CALL))
                        .isInstanceOf(InvalidInput.class);
            }
        }
    }

    @Test
    void modalityWithoutAPlaceInThePromptIsUnsupported() {
        var audio = Part.newBuilder().setMedia(MediaReference.newBuilder().setModality(Modality.AUDIO)).build();

        assertThatThrownBy(() -> builder.build(List.of(turn(Role.USER, audio)), List.of(), CALL))
                .isInstanceOf(UnsupportedModality.class).hasMessageContaining("AUDIO");
    }

    @Test
    void promptWithoutContentIsRefused() {
        for (var turns : List.of(List.<Turn>of(), List.of(turn(Role.USER)), List.of(turn(Role.USER, text(""))))) {
            assertThatThrownBy(() -> builder.build(turns, List.of(), CALL)).isInstanceOfSatisfying(InvalidInput.class,
                    e -> assertThat(e.param()).isEqualTo("messages"));
        }
    }

    /** The context holds 160 tokens; a byte is a token, and the longest added one has thirteen. */
    @Test
    void whatCannotFitIsRefusedBeforeItIsTokenized() {
        var ended = CallContext.start("ended", null, Duration.ofMinutes(1));
        ended.cancel(); // nothing is tokenized for it
        var long1 = List.of(turn(Role.USER, text("a".repeat(1500)), text("b".repeat(1500))));
        assertThatThrownBy(() -> builder.build(long1, List.of(), ended))
                .isInstanceOfSatisfying(InvalidInput.class, e -> {
                    assertThat(e.param()).isEqualTo("messages");
                    assertThat(e.code()).isEqualTo(InvalidInput.CONTEXT_LENGTH_EXCEEDED);
                })
                .hasMessageContaining("the context holds 160 tokens").hasMessageContaining("at least");

        var short1 = List.of(turn(Role.USER, text("a".repeat(100))));
        assertThatThrownBy(() -> builder.build(short1, List.of(), ended)).isInstanceOf(CancellationException.class);
    }

    @Test
    void whatDoesNotFitIsRefusedWhateverItIsMadeOf() {
        var turns = new ArrayList<Turn>();
        for (int i = 0; i < 100; i++) {
            turns.add(turn(Role.USER, text("")));
        }
        turns.add(turn(Role.USER, text("a")));
        try (var batch = batch("tiny-llm-16", List.of(60, 16), DType.FLOAT32, 1)) {
            var media = List.of(turn(Role.USER, image(0, 0), image(0, 0), image(0, 0)));
            for (var many : List.of(turns, media, List.of(turn(Role.USER, text("a".repeat(170)))))) {
                assertThatThrownBy(() -> builder.build(many, List.of(batch), CALL))
                        .isInstanceOfSatisfying(InvalidInput.class, e -> assertThat(e.param()).isEqualTo("messages"))
                        .hasMessageContaining("the context holds 160 tokens");
            }
        }
    }

    @Test
    void embeddingsThatAreNoNumbersAreRefused() {
        for (float broken : new float[]{Float.NaN, Float.NEGATIVE_INFINITY}) {
            try (var batch = batch("tiny-llm-16", List.of(2, 16), DType.FLOAT32, 1)) {
                batch.data().asFloatBuffer().put(17, broken);
                assertThatThrownBy(() -> builder.build(List.of(turn(Role.USER, image(0, 0))), List.of(batch), CALL))
                        .isInstanceOf(InvalidInput.class).hasMessageContaining(String.valueOf(broken));
            }
        }
    }

    @Test
    void roleThatTheBundleDoesNotKnowIsRefused() {
        assertThatThrownBy(() -> builder.build(List.of(turn(Role.ROLE_UNSPECIFIED, text("a"))), List.of(), CALL))
                .isInstanceOf(InvalidInput.class).hasMessageContaining("ROLE_UNSPECIFIED");
    }

    private EmbeddingBatch batch(String space, List<Integer> shape, DType dtype, int rows) {
        var batch = EmbeddingBatch.allocate(memory, new EmbeddingSpec(space, shape, dtype, "test", "1"), rows);
        batch.data().put(new byte[batch.data().remaining()]);
        return batch;
    }

    private static EmbeddingSpec spec(String space, List<Integer> shape) {
        return new EmbeddingSpec(space, shape, DType.FLOAT32, "test", "1");
    }

    private static Turn turn(Role role, Part... parts) {
        return Turn.newBuilder().setRole(role).addAllParts(List.of(parts)).build();
    }

    private static Part text(String text) {
        return Part.newBuilder().setText(text).build();
    }

    private static Part image(int batch, int row) {
        return Part.newBuilder().setMedia(MediaReference.newBuilder().setModality(Modality.IMAGE).setBatch(batch)
                .setRow(row)).build();
    }
}
