// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.decode;

import anymesh.kit.model.ElementType;
import anymesh.kit.model.Tensor;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The sequences that are decoded together, one token each a step, padded to the longest of them.
 *
 * <p>Where rows grow in place, a newcomer is copied once, to behind the others or into the place of one that left, and the last row
 * moves into a place that nobody took. Else a step writes all keys and values anew, which the next one takes; a row whose sequence has
 * left stays in the batch, computed and ignored, until a newcomer that fits takes it over or more than a quarter of the batch is waste,
 * and only then are all rows gathered anew.
 */
final class DecodeBatch {
    private final TokenInput input;
    private final DecoderGraph decoder;
    private final RowLayout layout;
    private final Workspace embeds = new Workspace();
    private final Workspace ids = new Workspace();
    private final Workspace masks = new Workspace();
    private final Workspace positions = new Workspace();
    private final Workspace logits = new Workspace();
    private final Workspace hidden = new Workspace();
    private List<@Nullable Sequence> rows = new ArrayList<>();
    private KvCache past;
    /** The same where rows grow in place. */
    private KvCache present;
    private Tensor lastLogits = Tensor.ofFloats(new float[0], 0);
    private Tensor lastHidden = lastLogits;

    DecodeBatch(TokenInput input, DecoderGraph decoder, RowLayout layout) {
        this.input = input;
        this.decoder = decoder;
        this.layout = layout;
        this.past = decoder.newCache(layout);
        this.present = layout == RowLayout.IN_PLACE ? past : decoder.newCache(layout);
    }

    /**
     * Feeds one token to each sequence. Those in the batch that are not among them must have {@linkplain #remove left}. If
     * it throws, no sequence has moved on: each is where it was, or in the batch, with the keys and values that it had.
     *
     * @param freed is given the caches that newcomers no longer need
     */
    void step(List<Sequence> sequences, long[] tokens, Consumer<KvCache> freed) {
        if (layout == RowLayout.IN_PLACE) {
            seat(sequences, freed);
        } else {
            admit(sequences, freed);
        }
        int count = rows.size();
        var idTensor = ids.tensor(ElementType.INT64, count, 1);
        var positionTensor = positions.tensor(ElementType.INT64, count, 1);
        var maskTensor = masks.tensor(ElementType.INT64, count, past.length() + 1);
        var idBuffer = idTensor.longs();
        var positionBuffer = positionTensor.longs();
        var mask = maskTensor.longs();
        for (int row = 0; row < count; row++) {
            var sequence = rows.get(row);
            int length = sequence == null ? abandoned() : sequence.length();
            positionBuffer.put(row, length);
            idBuffer.put(row, 0);
            layout.mask(mask, length + 1, past.length() + 1);
        }
        for (int i = 0; i < tokens.length; i++) {
            idBuffer.put(sequences.get(i).row(), tokens[i]);
        }
        run(input.of(idTensor, embeds), maskTensor, positionTensor);
        for (var sequence : sequences) {
            sequence.grew(1);
        }
    }

    /** What an abandoned row sees beside itself: a row that sees nothing would be NaN. */
    private int abandoned() {
        return layout.isPadded() ? 0 : past.length();
    }

    /** What the last step predicts for a sequence: {@code [vocabulary]}. */
    void logits(Sequence sequence, float[] into) {
        lastLogits.floats(sequence.row() * into.length, into.length).get(into);
    }

    /** The state of a sequence's last token: {@code [1, hidden]}, or nothing if nobody reads it. */
    FloatBuffer hidden(Sequence sequence) {
        int width = (int) (lastHidden.elements() / rows.size());
        return lastHidden.floats(sequence.row() * width, width);
    }

    /** Takes a sequence out; its keys and values move to the cache if there is one, else they are gone. */
    void remove(Sequence sequence, @Nullable KvCache to) {
        if (to != null) {
            to.reset(1, sequence.length());
            to.copyRow(0, past, sequence.row(), sequence.length());
        }
        rows.set(sequence.row(), null);
        sequence.moveTo(to);
    }

    boolean isEmpty() {
        return rows.stream().allMatch(Objects::isNull);
    }

    /** Rows that are computed in a step, abandoned ones included. */
    int rows() {
        return rows.size();
    }

    private void run(Tensor fed, Tensor mask, Tensor position) {
        var logitTensor = decoder.logits(logits, rows.size(), 1);
        var hiddenTensor = decoder.states(hidden, rows.size(), 1);
        decoder.run(fed, mask, position, past, present, logitTensor, hiddenTensor);
        lastLogits = logitTensor;
        lastHidden = hiddenTensor;
        swap(); // last, as what fails before it may be done again
    }

    /** Makes room first, for which there may be no memory, and moves then. */
    private void seat(List<Sequence> sequences, Consumer<KvCache> freed) {
        if (isEmpty()) {
            rows.clear();
        }
        int longest = sequences.stream().mapToInt(Sequence::length).max().orElseThrow();
        past.resize(Math.max(rows.size(), sequences.size()), Math.max(longest, past.length()), 1);
        for (var newcomer : sequences) {
            var own = newcomer.own();
            if (own != null) {
                int row = rows.indexOf(null);
                if (row < 0) {
                    row = rows.size();
                    rows.add(newcomer);
                }
                past.copyRow(row, own, 0, newcomer.length());
                take(row, newcomer);
                freed.accept(own);
            }
        }
        for (int last = rows.size() - 1; rows.size() > sequences.size(); last--) {
            var moving = rows.removeLast();
            if (moving != null) {
                int row = rows.indexOf(null);
                past.copyRow(row, past, last, moving.length());
                take(row, moving);
            }
        }
        past.resize(rows.size(), longest, 1);
    }

    private void take(int row, Sequence sequence) {
        rows.set(row, sequence);
        sequence.moveTo(this, row);
    }

    private void admit(List<Sequence> sequences, Consumer<KvCache> freed) {
        int longest = sequences.stream().mapToInt(Sequence::length).max().orElseThrow();
        int idle = rows.size() - sequences.size();
        boolean fits = idle >= 0
                && (layout.isPadded() ? longest <= past.length() : longest == past.length());
        boolean wasteful = idle > rows.size() / 4 || past.length() - longest > past.length() / 4;
        // What the longest left behind is no room to grow into: some graphs turn for all rows beyond their context.
        boolean hasRoom = past.length() < decoder.shape().context();
        // Nor does an answer alone lie as others did that have left: rounding would tell of them.
        if (!fits || wasteful || !hasRoom || isEmpty()) {
            gather(sequences, longest, freed);
        } else {
            for (var newcomer : sequences) {
                var own = newcomer.own();
                if (own != null) {
                    int row = rows.indexOf(null);
                    past.copyRow(row, own, 0, newcomer.length());
                    take(row, newcomer);
                    freed.accept(own);
                }
            }
        }
    }

    /** Copies first and moves then: a copy for which there is no memory must leave every sequence where it was. */
    private void gather(List<Sequence> sequences, int longest, Consumer<KvCache> freed) {
        present.reset(sequences.size(), longest);
        var caches = new ArrayList<KvCache>();
        for (int row = 0; row < sequences.size(); row++) {
            var sequence = sequences.get(row);
            var own = sequence.own();
            if (own != null) {
                present.copyRow(row, own, 0, sequence.length());
                caches.add(own);
            } else {
                present.copyRow(row, past, sequence.row(), sequence.length());
            }
        }
        var gathered = new ArrayList<@Nullable Sequence>(sequences);
        for (int row = 0; row < sequences.size(); row++) {
            sequences.get(row).moveTo(this, row);
        }
        rows = gathered;
        swap();
        caches.forEach(freed);
    }

    private void swap() {
        var old = past;
        past = present;
        present = old;
    }
}
