// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.decode;

import anymesh.backbone.prompt.Prompt;
import anymesh.wire.error.InferenceFailed;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a decoder answers in company what it answers alone: a few prompts of drawn tokens are continued each by itself and all
 * together, and what it predicts must be the same.
 */
final class CompanyCheck {
    private static final Logger log = LoggerFactory.getLogger(CompanyCheck.class);
    private static final List<Integer> UNEQUAL = List.of(4, 13, 7);
    private static final List<Integer> EQUAL = List.of(7, 7, 7);
    private static final int STEPS = 2;
    /** Of the span of the logits. Sums in another order differ by a hundredth of this, a row on the wrong side by ten times as much. */
    private static final float TOLERANCE = 1e-3f;

    private final TokenInput input;
    private final DecoderGraph decoder;
    private final RowLayout layout;
    private final List<long[]> prompts;
    private final long[] tokens;
    private final List<float[]> alone = new ArrayList<>();

    /** What is kept: how rows may lie, and whether prompts may be read together. */
    record Proven(RowLayout layout, boolean readsTogether) {}

    private CompanyCheck(TokenInput input, DecoderGraph decoder, RowLayout layout) {
        this.input = input;
        this.decoder = decoder;
        this.layout = layout;
        var random = new SplittableRandom(1);
        int vocabulary = decoder.shape().vocabulary();
        this.prompts = (layout.isPadded() ? UNEQUAL : EQUAL).stream()
                .map(length -> random.longs(Math.clamp(decoder.shape().context() - STEPS, 1, length), 0, vocabulary)
                        .toArray())
                .toList();
        this.tokens = random.longs((long) STEPS * prompts.size(), 0, vocabulary).toArray();
        for (int i = 0; i < prompts.size(); i++) {
            alone.addAll(predicted(layout.copied(), List.of(prompts.get(i)), i, false).getFirst());
        }
    }

    /**
     * The layout that the operators speak for, or the first safer one that keeps what it promises; and whether prompts that are read
     * together are continued as those that are read each by itself.
     */
    static Proven proven(TokenInput input, DecoderGraph decoder, RowLayout first) {
        var layout = first;
        while (layout != RowLayout.ONE_ROW) {
            var check = new CompanyCheck(input, decoder, layout);
            if (check.agrees(false)) {
                return new Proven(layout, layout.isPadded() && decoder.takesBack() && check.agrees(true));
            }
            log.warn("decoder={} layout={} answers otherwise in company than alone; now {}", decoder.file(), layout,
                    layout.safer());
            layout = layout.safer();
        }
        return new Proven(layout, false);
    }

    private boolean agrees(boolean readsTogether) {
        List<float[]> together;
        try {
            together = predicted(layout, prompts, 0, readsTogether).stream().flatMap(List::stream).toList();
        } catch (InferenceFailed e) {
            log.debug("decoder={} layout={} does not run in company", decoder.file(), layout, e);
            return false;
        }
        for (int i = 0; i < alone.size(); i++) {
            if (!isClose(alone.get(i), together.get(i))) {
                return false;
            }
        }
        return true;
    }

    /** For each prompt the logits after it and after each of its tokens, which are {@code tokens[(first + i) * STEPS + step]}. */
    private List<List<float[]>> predicted(RowLayout rows, List<long[]> some, int first, boolean readsTogether) {
        var single = new SingleRun(input, decoder, rows);
        var batch = new DecodeBatch(input, decoder, rows);
        var sequences = some.stream().map(_ -> new Sequence()).toList();
        var all = read(rows, single, sequences, some.stream().map(ids -> Prompt.of(ids, List.of())).toList(),
                readsTogether);
        for (int step = 0; step < STEPS; step++) {
            var fed = new long[sequences.size()];
            for (int i = 0; i < fed.length; i++) {
                fed[i] = tokens[(first + i) * STEPS + step];
            }
            batch.step(sequences, fed, single::giveBack);
            for (int i = 0; i < fed.length; i++) {
                var logits = room();
                batch.logits(sequences.get(i), logits);
                all.get(i).add(logits);
            }
        }
        return all;
    }

    private List<List<float[]>> read(RowLayout rows, SingleRun single, List<Sequence> sequences, List<Prompt> some,
            boolean isTogether) {
        var together = new PromptBatch(single, decoder, rows);
        if (isTogether) {
            together.read(sequences, some);
        }
        var all = new ArrayList<List<float[]>>();
        for (int i = 0; i < some.size(); i++) {
            var logits = room();
            if (isTogether) {
                together.logits(i, logits);
            } else {
                single.prompt(sequences.get(i), some.get(i));
                single.logits(logits);
            }
            all.add(new ArrayList<>(List.of(logits)));
        }
        return all;
    }

    private float[] room() {
        return new float[decoder.shape().vocabulary()];
    }

    /** Whether two predictions differ by rounding at most. */
    static boolean isClose(float[] alone, float[] together) {
        float least = Float.POSITIVE_INFINITY;
        float most = Float.NEGATIVE_INFINITY;
        float difference = 0;
        for (int i = 0; i < alone.length; i++) {
            least = Math.min(least, alone[i]);
            most = Math.max(most, alone[i]);
            difference = Math.max(difference, Math.abs(alone[i] - together[i]));
        }
        return difference <= TOLERANCE * (most - least); // false where any is no number
    }
}
