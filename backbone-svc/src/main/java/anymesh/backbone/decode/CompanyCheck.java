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
    private final boolean readsTogether;

    private CompanyCheck(TokenInput input, DecoderGraph decoder, RowLayout layout, boolean readsTogether) {
        this.input = input;
        this.decoder = decoder;
        this.layout = layout;
        this.readsTogether = readsTogether;
    }

    /** The layout that the operators speak for, or the first safer one that keeps what it promises. */
    static RowLayout proven(TokenInput input, DecoderGraph decoder, RowLayout first) {
        var layout = first;
        while (layout != RowLayout.ONE_ROW && !new CompanyCheck(input, decoder, layout, false).agrees()) {
            log.warn("decoder={} layout={} answers otherwise in company than alone; now {}", decoder.file(), layout,
                    layout.safer());
            layout = layout.safer();
        }
        return layout;
    }

    /** Whether prompts that are read together are continued as those that are read each by itself. */
    static boolean readsTogether(TokenInput input, DecoderGraph decoder, RowLayout layout) {
        return layout.isPadded() && decoder.takesBack() && new CompanyCheck(input, decoder, layout, true).agrees();
    }

    private boolean agrees() {
        var random = new SplittableRandom(1);
        int vocabulary = decoder.shape().vocabulary();
        var prompts = (layout.isPadded() ? UNEQUAL : EQUAL).stream()
                .map(length -> random.longs(Math.clamp(decoder.shape().context() - STEPS, 1, length), 0, vocabulary)
                        .toArray())
                .toList();
        var tokens = random.longs((long) STEPS * prompts.size(), 0, vocabulary).toArray();
        var alone = new ArrayList<float[]>();
        for (int i = 0; i < prompts.size(); i++) {
            alone.addAll(predicted(List.of(prompts.get(i)), tokens, i).getFirst());
        }
        List<float[]> together;
        try {
            together = predicted(prompts, tokens, 0).stream().flatMap(List::stream).toList();
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
    private List<List<float[]>> predicted(List<long[]> prompts, long[] tokens, int first) {
        var single = new SingleRun(input, decoder, layout);
        var batch = new DecodeBatch(input, decoder, layout);
        var sequences = prompts.stream().map(_ -> new Sequence()).toList();
        var all = read(single, sequences, prompts.stream().map(ids -> Prompt.of(ids, List.of())).toList());
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

    private List<List<float[]>> read(SingleRun single, List<Sequence> sequences, List<Prompt> prompts) {
        var together = new PromptBatch(single, decoder, layout);
        boolean isTogether = readsTogether && prompts.size() > 1;
        if (isTogether) {
            together.read(sequences, prompts);
        }
        var all = new ArrayList<List<float[]>>();
        for (int i = 0; i < prompts.size(); i++) {
            var logits = room();
            if (isTogether) {
                together.logits(i, logits);
            } else {
                single.prompt(sequences.get(i), prompts.get(i));
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
