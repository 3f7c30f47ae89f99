// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.decode;

import anymesh.backbone.prompt.Prompt;
import anymesh.kit.model.ElementType;
import anymesh.kit.model.Tensor;
import java.lang.foreign.MemorySegment;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * Reads several short prompts in one run, padded to the longest: most of what a run of few tokens takes is what any run takes. For decoders
 * that {@linkplain DecoderGraph#takesBack predict and remember each position}.
 */
final class PromptBatch {
    private final SingleRun single;
    private final DecoderGraph decoder;
    private final RowLayout layout;
    private final KvCache nothing;
    private final KvCache present;
    private final Workspace fed = new Workspace();
    private final Workspace masks = new Workspace();
    private final Workspace positions = new Workspace();
    private final Workspace logits = new Workspace();
    private final Workspace hidden = new Workspace();
    private List<Prompt> prompts = List.of();
    private int longest;
    private Tensor lastLogits = Tensor.ofFloats(new float[0], 0);
    private Tensor lastHidden = lastLogits;

    PromptBatch(SingleRun single, DecoderGraph decoder, RowLayout layout) {
        this.single = single;
        this.decoder = decoder;
        this.layout = layout;
        this.nothing = decoder.newCache(layout.copied());
        this.present = decoder.newCache(layout.copied());
    }

    /** Feeds each sequence, of which nothing was read, its prompt. If it throws, none was. */
    void read(List<Sequence> sequences, List<Prompt> itsPrompts) {
        prompts = List.copyOf(itsPrompts);
        int rows = prompts.size();
        longest = prompts.stream().mapToInt(Prompt::length).max().orElseThrow();
        var mask = masks.tensor(ElementType.INT64, rows, longest);
        var position = positions.tensor(ElementType.INT64, rows, longest);
        var maskNumbers = mask.longs();
        var positionNumbers = position.longs();
        for (int row = 0; row < rows; row++) {
            int before = before(row);
            int length = prompts.get(row).length();
            layout.mask(maskNumbers, length, longest);
            for (int i = 0; i < longest; i++) {
                positionNumbers.put(before <= i && i < before + length ? i - before : 0);
            }
        }
        var logitTensor = decoder.logits(logits, rows, longest);
        var hiddenTensor = decoder.states(hidden, rows, longest);
        nothing.reset(rows, 0);
        decoder.run(padded(), mask, position, nothing, present, logitTensor, hiddenTensor);
        lastLogits = logitTensor;
        lastHidden = hiddenTensor;
        hand(sequences);
    }

    /** What the last token of a prompt predicts: {@code [vocabulary]}. */
    void logits(int row, float[] into) {
        int last = row * longest + before(row) + prompts.get(row).length() - 1;
        lastLogits.floats(last * into.length, into.length).get(into);
    }

    /** The states of a prompt's tokens: {@code [length, hidden]}, or nothing if nobody reads them. */
    FloatBuffer hidden(int row) {
        int width = (int) lastHidden.size(2);
        return lastHidden.floats((row * longest + before(row)) * width, prompts.get(row).length() * width);
    }

    private int before(int row) {
        return layout.before(longest - prompts.get(row).length());
    }

    private Tensor padded() {
        var first = single.embed(prompts.getFirst());
        var shape = first.shape();
        shape[0] = prompts.size();
        shape[1] = longest;
        var all = fed.tensor(first.type(), shape);
        var to = all.bytes();
        MemorySegment.ofBuffer(to).fill((byte) 0);
        int bytes = to.capacity() / (prompts.size() * longest);
        for (int row = 0; row < prompts.size(); row++) {
            var from = (row == 0 ? first : single.embed(prompts.get(row))).bytes();
            to.put((row * longest + before(row)) * bytes, from, 0, from.capacity());
        }
        return all;
    }

    /** Copies first and moves then: a copy for which there is no memory must leave every sequence where it was. */
    private void hand(List<Sequence> sequences) {
        var caches = sequences.stream().map(_ -> single.borrow()).toList();
        try {
            for (int row = 0; row < caches.size(); row++) {
                int length = prompts.get(row).length();
                caches.get(row).reset(1, length);
                caches.get(row).copyRow(0, present, row, length);
            }
        } catch (RuntimeException | Error e) {
            caches.forEach(single::giveBack);
            throw e;
        }
        for (int row = 0; row < caches.size(); row++) {
            sequences.get(row).moveTo(caches.get(row));
            sequences.get(row).grew(prompts.get(row).length());
        }
    }
}
