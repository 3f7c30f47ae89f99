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
import anymesh.wire.error.ContractMismatch;
import anymesh.wire.error.InvalidInput;
import anymesh.wire.error.UnsupportedModality;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PromptBuilderTest {
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
                turn(Role.ASSISTANT, text("c")), turn(Role.USER, text("d"))), List.of());

        assertThat(prompt.ids()).containsExactly(BEGIN, SYSTEM, 'S', END, USER, 'a', 'b', END, ASSISTANT, 'c', END,
                USER,
                'd', END, ASSISTANT);
        assertThat(prompt.length()).isEqualTo(15);
    }

    @Test
    void mediumStandsBetweenItsMarks() {
        try (var batch = batch("tiny-llm-16", List.of(2, 16), DType.FLOAT32, 3)) {
            batch.data().asFloatBuffer().put(32, 1.5f);

            var prompt = builder.build(List.of(turn(Role.USER, text("a"), image(0, 1), text("b"))), List.of(batch));

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
            prompt = builder.build(List.of(turn(Role.USER, image(0, 0))), List.of(batch));
            batch.data().asFloatBuffer().put(0, 0f);
        }

        assertThat(prompt.media().getFirst().embeddings().floats().get(0)).isEqualTo(2.5f);
    }

    @Test
    void halfPrecisionIsWidened() {
        try (var batch = batch("tiny-llm-16", List.of(1, 16), DType.FLOAT16, 1)) {
            batch.data().asShortBuffer().put(3, Float.floatToFloat16(-0.75f));

            var prompt = builder.build(List.of(turn(Role.USER, image(0, 0))), List.of(batch));

            assertThat(prompt.media().getFirst().embeddings().floats().get(3)).isEqualTo(-0.75f);
        }
    }

    @Test
    void embeddingsOfAnotherSpaceOrWidthAreAMismatch() {
        for (var spec : List.of(spec("other-llm", List.of(2, 16)), spec("tiny-llm-16", List.of(2, 8)),
                spec("tiny-llm-16", List.of(1, 2, 16)))) {
            try (var batch = EmbeddingBatch.allocate(memory, spec, 1)) {
                assertThatThrownBy(() -> builder.build(List.of(turn(Role.USER, image(0, 0))), List.of(batch)))
                        .isInstanceOf(ContractMismatch.class).hasMessageContaining(spec.space());
            }
        }
    }

    @Test
    void referenceToNothingIsRefused() {
        try (var batch = batch("tiny-llm-16", List.of(2, 16), DType.FLOAT32, 1)) {
            for (var reference : List.of(image(1, 0), image(0, 1), image(-1, 0), image(0, -1))) {
                assertThatThrownBy(() -> builder.build(List.of(turn(Role.USER, reference)), List.of(batch)))
                        .isInstanceOf(InvalidInput.class);
            }
        }
    }

    @Test
    void modalityWithoutAPlaceInThePromptIsUnsupported() {
        var audio = Part.newBuilder().setMedia(MediaReference.newBuilder().setModality(Modality.AUDIO)).build();

        assertThatThrownBy(() -> builder.build(List.of(turn(Role.USER, audio)), List.of()))
                .isInstanceOf(UnsupportedModality.class).hasMessageContaining("AUDIO");
    }

    @Test
    void promptWithoutContentIsRefused() {
        for (var turns : List.of(List.<Turn>of(), List.of(turn(Role.USER)), List.of(turn(Role.USER, text(""))))) {
            assertThatThrownBy(() -> builder.build(turns, List.of())).isInstanceOfSatisfying(InvalidInput.class,
                    e -> assertThat(e.param()).isEqualTo("messages"));
        }
    }

    @Test
    void roleThatTheBundleDoesNotKnowIsRefused() {
        assertThatThrownBy(() -> builder.build(List.of(turn(Role.ROLE_UNSPECIFIED, text("a"))), List.of()))
                .isInstanceOf(InvalidInput.class).hasMessageContaining("ROLE_UNSPECIFIED");
    }

    private EmbeddingBatch batch(String space, List<Integer> shape, DType dtype, int rows) {
        return EmbeddingBatch.allocate(memory, new EmbeddingSpec(space, shape, dtype, "test", "1"), rows);
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
