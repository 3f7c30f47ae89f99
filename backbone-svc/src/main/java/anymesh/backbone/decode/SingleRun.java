// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.decode;

import anymesh.backbone.prompt.Prompt;
import anymesh.kit.model.Tensor;
import java.nio.FloatBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Objects;

/**
 * Feeds several positions of one sequence at once: a prompt, or the tokens of a signal. Each sequence by itself, as ragged chunks in
 * one batch would have padding between past and present; prompts without a past can be read together ({@link PromptBatch}).
 */
final class SingleRun {
    /** What the logits of a piece of a prompt may take: those of 4,000 tokens over 150,000 words would be 2.4 GB, and one row is read. */
    private static final int LOGIT_BYTES = 64 << 20;

    private final TokenInput input;
    private final DecoderGraph decoder;
    private final RowLayout layout;
    private final int atOnce;
    private final Deque<KvCache> spare = new ArrayDeque<>();
    private final Workspace tokenEmbeds = new Workspace();
    private final Workspace promptEmbeds = new Workspace();
    private final Workspace logits = new Workspace();
    private final Workspace hidden = new Workspace();
    private Tensor lastLogits = Tensor.ofFloats(new float[0], 0);
    private Tensor lastHidden = lastLogits;

    SingleRun(TokenInput input, DecoderGraph decoder, RowLayout layout) {
        this(input, decoder, layout, Math.max(1, LOGIT_BYTES / Float.BYTES / decoder.shape().vocabulary()));
    }

    /** {@code atOnce}: the most positions that are fed in one run, those of a signal aside. */
    SingleRun(TokenInput input, DecoderGraph decoder, RowLayout layout, int atOnce) {
        this.input = input;
        this.decoder = decoder;
        this.layout = layout;
        this.atOnce = atOnce;
    }

    /** The most positions that are fed in one run, all of which can be asked for what they predict. */
    int atOnce() {
        return atOnce;
    }

    /** A cache to use; what it holds is undefined. */
    KvCache borrow() {
        var cache = spare.poll();
        return cache == null ? decoder.newCache(layout) : cache;
    }

    /** Takes back a cache that nothing refers to any more. */
    void giveBack(KvCache cache) {
        spare.push(cache);
    }

    /** Takes back what a sequence has, which then has nothing. */
    void release(Sequence sequence) {
        var own = sequence.own();
        if (own != null) {
            giveBack(own);
        }
        sequence.clear();
    }

    /** Feeds a sequence its prompt. */
    void prompt(Sequence sequence, Prompt prompt) {
        begin(sequence);
        readOn(sequence, prompt, prompt.length());
    }

    /** Feeds a sequence that has a cache of its own so many more positions of its prompt. */
    void readOn(Sequence sequence, Prompt prompt, int positions) {
        int from = sequence.length();
        inPieces(sequence, embed(positions == prompt.length() ? prompt : prompt.part(from, from + positions)));
    }

    /** Feeds tokens, however many, to a sequence that has a cache of its own or nothing yet. */
    void read(Sequence sequence, long[] tokens) {
        if (sequence.own() == null) {
            begin(sequence);
        }
        inPieces(sequence, embed(tokens));
    }

    /** Gives a sequence an empty cache. */
    void begin(Sequence sequence) {
        var empty = borrow();
        empty.clear();
        sequence.moveTo(empty);
    }

    private void inPieces(Sequence sequence, Tensor tokens) {
        int length = (int) tokens.size(1);
        for (int from = 0; from < length; from += atOnce) {
            run(sequence, tokens.part(1, from, Math.min(atOnce, length - from)));
        }
    }

    /** Feeds tokens to a sequence that has a cache of its own. */
    void tokens(Sequence sequence, List<Long> tokens) {
        run(sequence, embed(tokens.stream().mapToLong(Long::longValue).toArray()));
    }

    /** What the last position predicts: {@code [vocabulary]}. */
    void logits(float[] into) {
        lastLogits.floats((int) lastLogits.elements() - into.length, into.length).get(into);
    }

    /** What one of the positions predicts that were fed, of many the last ones, where the graph gives all: {@code [vocabulary]}. */
    void logits(int position, float[] into) {
        lastLogits.floats(position * into.length, into.length).get(into);
    }

    /** The state of one of the positions that were fed, of many the last ones: {@code [1, hidden]}, or nothing if nobody reads it. */
    FloatBuffer hidden(int position) {
        int width = (int) lastHidden.size(2);
        return lastHidden.floats(position * width, width);
    }

    /** The states of the positions that were fed, of a prompt the last ones: {@code [S, hidden]}. */
    FloatBuffer hidden() {
        return lastHidden.floats(0, (int) lastHidden.elements());
    }

    private void run(Sequence sequence, Tensor tokens) {
        int fed = (int) tokens.size(1);
        int before = sequence.length();
        var mask = new long[before + fed];
        Arrays.fill(mask, 1);
        var positions = new long[fed];
        Arrays.setAll(positions, i -> before + i);
        var logitTensor = decoder.logits(logits, 1, fed);
        var hiddenTensor = decoder.states(hidden, 1, fed);
        var past = Objects.requireNonNull(sequence.own());
        boolean inPlace = layout == RowLayout.IN_PLACE;
        var present = inPlace ? past : borrow();
        decoder.run(tokens, Tensor.ofLongs(mask, 1, mask.length), Tensor.ofLongs(positions, 1, fed), past, present,
                logitTensor, hiddenTensor);
        sequence.grew(fed);
        if (!inPlace) {
            sequence.moveTo(present);
            giveBack(past);
        }
        lastLogits = logitTensor;
        lastHidden = hiddenTensor;
    }

    private Tensor embed(long[] tokens) {
        return input.of(Tensor.ofLongs(tokens, 1, tokens.length), tokenEmbeds);
    }

    /** A prompt as the decoder takes it: {@code [1, length]} or {@code [1, length, hidden]}, until the next one. */
    Tensor embed(Prompt prompt) {
        var ids = prompt.ids();
        var tokens = embed(ids);
        if (prompt.media().isEmpty()) {
            return tokens;
        }
        int hiddenBytes = decoder.shape().hidden() * input.type().bytes();
        var all = promptEmbeds.tensor(input.type(), 1, prompt.length(), decoder.shape().hidden());
        var to = all.bytes();
        var from = tokens.bytes();
        for (var splice : prompt.media()) {
            to.put(from.limit(splice.before() * hiddenBytes));
            to.put(splice.embeddings().as(input.type()).bytes());
        }
        to.put(from.limit(ids.length * hiddenBytes));
        return all;
    }
}
