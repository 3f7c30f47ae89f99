// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import anymesh.backbone.Fixture;
import anymesh.backbone.TinyBackbone;
import anymesh.backbone.bundle.BackboneBundle;
import anymesh.backbone.prompt.Prompt;
import anymesh.kit.model.OnnxSettings;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Holds prompts, single tokens, chunks and batches against what torch computes, of decoders that pad at the left and at the right.
 * Tolerance: 1e-5 absolute.
 */
@ParameterizedClass
@CsvSource({"masked, LEFT_PADDED", "grouped, IN_PLACE", "grouped, RIGHT_PADDED"})
class DecodeParityTest {
    private static final Fixture REFERENCE = TinyBackbone.reference();
    private static final long[] TOKENS = REFERENCE.longs("tokens");

    private final RowLayout layout;
    private final BackboneBundle bundle;
    private final TokenInput embeddings;
    private final DecoderGraph decoder;
    private final SingleRun single;
    private final DecodeBatch batch;
    private final float[] logits;

    DecodeParityTest(String kind, RowLayout layout, @TempDir Path folder) throws IOException {
        this.layout = layout;
        bundle = TinyBackbone.load(folder, kind);
        decoder = DecoderGraph.load(bundle.decoder(), OnnxSettings.cpu(1));
        embeddings = TokenInput.load(bundle.decoder(), decoder, OnnxSettings.cpu(1));
        single = new SingleRun(embeddings, decoder, layout);
        batch = new DecodeBatch(embeddings, decoder, layout);
        logits = new float[bundle.shape().vocabulary()];
    }

    @AfterEach
    void close() {
        decoder.close();
        embeddings.close();
        bundle.close();
    }

    @Test
    void promptWithMediaComputesWhatTorchComputes() {
        var sequence = prompted();

        assertThat(sequence.length()).isEqualTo(7);
        single.logits(logits);
        assertReference(0, logits, single.hidden());
    }

    @Test
    void promptInPiecesComputesWhatItComputesAtOnce() {
        var pieces = new SingleRun(embeddings, decoder, layout, 3);
        var media = new Prompt.Splice((int) REFERENCE.longs("media_at")[0], REFERENCE.get("media"));
        var sequence = new Sequence();
        pieces.prompt(sequence, Prompt.of(REFERENCE.longs("ids"), List.of(media)));

        assertThat(sequence.length()).isEqualTo(7);
        pieces.logits(logits);
        assertClose(FloatBuffer.wrap(logits),
                REFERENCE.get("logits.0").floats().slice(6 * logits.length, logits.length));
        assertThat(pieces.hidden().remaining()).as("of the last piece").isEqualTo(16);
        assertClose(pieces.hidden(), REFERENCE.get("hidden.0").floats().slice(6 * 16, 16));
    }

    @Test
    void tokensOneByOneComputeWhatTorchComputes() {
        var sequence = prompted();

        for (int i = 0; i < TOKENS.length; i++) {
            step(List.of(sequence), TOKENS[i]);
            batch.logits(sequence, logits);
            assertReference(i + 1, logits, batch.hidden(sequence));
        }
    }

    @Test
    void chunkComputesWhatItsTokensComputeOneByOne() {
        var sequence = prompted();
        single.tokens(sequence, Arrays.stream(TOKENS).boxed().toList());

        single.logits(logits);
        assertReference(TOKENS.length, logits, single.hidden().slice(2 * 16, 16));
        assertClose(single.hidden().slice(0, 16), REFERENCE.get("hidden.1").floats());
    }

    @Test
    void shorterAndLongerNeighboursThatComeAndGoChangeNothing() {
        var sequence = prompted();
        var longer = prompted(new long[]{256, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
        var shorter = prompted(new long[]{256, 9});

        step(List.of(longer, sequence), 77, TOKENS[0]);
        check(1, sequence);
        step(List.of(longer, sequence, shorter), 78, TOKENS[1], 79);
        check(2, sequence);
        batch.remove(longer, null);
        step(List.of(sequence, shorter), TOKENS[2], 80);
        check(3, sequence);
    }

    @Test
    void sequenceThatLeavesForAChunkComesBackWithAllItHasSeen() {
        var sequence = prompted();
        var neighbours = List.of(prompted(new long[]{256, 1, 2, 3}), prompted(new long[]{256, 4}),
                prompted(new long[]{256, 5}), prompted(new long[]{256, 6, 7, 8, 9, 10, 11, 12, 13, 14}));
        var all = new ArrayList<>(neighbours);
        all.add(1, sequence);
        step(all, 1, TOKENS[0], 2, 3, 4);

        batch.remove(sequence, single.borrow());
        step(neighbours, 5, 6, 7, 8);
        assertThat(batch.rows()).as("one row of five idle, unless another took its place")
                .isEqualTo(layout == RowLayout.IN_PLACE ? 4 : 5);
        single.tokens(sequence, List.of(TOKENS[1]));
        step(all, 1, TOKENS[2], 2, 3, 4);

        check(3, sequence);
        assertThat(batch.rows()).as("no row is idle").isEqualTo(5);
    }

    @Test
    void batchShrinksWhenMuchOfItIsIdle() {
        var sequence = prompted();
        var other = prompted(new long[]{256, 1, 2, 3});
        step(List.of(sequence, other), TOKENS[0], 9);

        batch.remove(other, null);
        step(List.of(sequence), TOKENS[1]);

        assertThat(batch.rows()).isEqualTo(1);
        check(2, sequence);
    }

    /** Long enough that room has to be made for them several times. */
    @Test
    void whoeverComesAndGoesEachIsContinuedAsItIsAlone() {
        var random = new Random(7);
        var told = new LinkedHashMap<Sequence, List<Long>>();
        for (int step = 0; step < 60; step++) {
            while (told.size() < 1 + random.nextInt(6)) {
                var ids = random.longs(1 + random.nextInt(step % 20 == 19 ? 120 : 20), 0, 256).toArray();
                told.put(prompted(ids), new ArrayList<>(Arrays.stream(ids).boxed().toList()));
            }
            for (var sequence : List.copyOf(told.keySet())) {
                if (sequence.batch() != null && random.nextInt(6) == 0) {
                    batch.remove(sequence, single.borrow());
                    var chunk = List.of((long) random.nextInt(256), (long) random.nextInt(256));
                    single.tokens(sequence, chunk);
                    told.get(sequence).addAll(chunk);
                } else if (told.size() > 1 && random.nextInt(10) == 0) {
                    if (sequence.batch() != null) {
                        batch.remove(sequence, null);
                    }
                    single.release(sequence);
                    told.remove(sequence);
                }
            }
            var sequences = List.copyOf(told.keySet());
            var fed = random.longs(sequences.size(), 0, 256).toArray();
            step(sequences, fed);
            for (int i = 0; i < fed.length; i++) {
                told.get(sequences.get(i)).add(fed[i]);
            }
            told.forEach((sequence, tokens) -> {
                batch.logits(sequence, logits);
                // 200 positions that are read at once are added up in another order than one by one.
                assertThat(logits).usingComparatorWithPrecision(1e-4f).containsExactly(alone(tokens));
            });
        }
    }

    private float[] alone(List<Long> tokens) {
        var reader = new SingleRun(embeddings, decoder, layout.copied());
        reader.prompt(new Sequence(), Prompt.of(tokens.stream().mapToLong(Long::longValue).toArray(), List.of()));
        var expected = new float[logits.length];
        reader.logits(expected);
        return expected;
    }

    private Sequence prompted() {
        var ids = REFERENCE.longs("ids");
        var media = new Prompt.Splice((int) REFERENCE.longs("media_at")[0], REFERENCE.get("media"));
        var sequence = new Sequence();
        single.prompt(sequence, Prompt.of(ids, List.of(media)));
        return sequence;
    }

    private Sequence prompted(long[] ids) {
        var sequence = new Sequence();
        single.prompt(sequence, Prompt.of(ids, List.of()));
        return sequence;
    }

    private void step(List<Sequence> sequences, long... tokens) {
        batch.step(sequences, tokens, single::giveBack);
    }

    private void check(int step, Sequence sequence) {
        batch.logits(sequence, logits);
        assertReference(step, logits, batch.hidden(sequence));
    }

    /** Logits of the last position and states of all. */
    private static void assertReference(int step, float[] logits, FloatBuffer hidden) {
        var expected = REFERENCE.get("logits." + step);
        int last = (int) (expected.elements() - logits.length);
        assertClose(FloatBuffer.wrap(logits), expected.floats().slice(last, logits.length));
        assertClose(hidden, REFERENCE.get("hidden." + step).floats());
    }

    private static void assertClose(FloatBuffer actual, FloatBuffer expected) {
        assertThat(actual.remaining()).isEqualTo(expected.remaining());
        for (int i = 0; i < actual.remaining(); i++) {
            assertThat(actual.get(actual.position() + i)).as("number %d", i)
                    .isCloseTo(expected.get(expected.position() + i), within(1e-5f));
        }
    }
}
