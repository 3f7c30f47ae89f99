// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.decode;

import anymesh.backbone.answer.Next;
import anymesh.backbone.bundle.BackboneBundle;
import anymesh.kit.model.OnnxSettings;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Speculative decoding of an answer that is decoded alone: a {@link Drafter} guesses tokens, the decoder is fed the next token and
 * these in one run, which reads its weights once, and the answer takes what they predict position by position as long as it writes
 * what was guessed. What was guessed wrongly both models forget. The answer knows nothing of it, so that it writes what it writes
 * without.
 */
final class Speculation implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Speculation.class);

    private final Drafter drafter;
    private final SingleRun single;
    private final int context;
    private final int most;
    private final DraftCounts counts;
    private boolean hasFailed;

    private Speculation(Drafter drafter, SingleRun single, int context, int most, DraftCounts counts) {
        this.drafter = drafter;
        this.single = single;
        this.context = context;
        this.most = most;
        this.counts = counts;
    }

    /**
     * With the bundle's draft model; {@link anymesh.kit.model.BundleException} if it can't draft for this decoder.
     *
     * @param single feeds the decoder
     * @param counts is told how drafts fare
     * @return null if the bundle has none, or if the decoder would write otherwise with drafts
     */
    static @Nullable Speculation load(BackboneBundle bundle, DecoderGraph decoder, SingleRun single,
            OnnxSettings settings, DraftCounts counts) {
        var spec = bundle.draft();
        if (spec == null) {
            return null;
        }
        decoder.requireTakingBack("model");
        int most = Math.min(spec.tokens(), single.atOnce() - 1);
        if (!RollbackCheck.passes(single, decoder, most + 1)) {
            log.warn("decoder={} predicts otherwise of several tokens at once than of one by one; now without drafts",
                    decoder.file());
            return null;
        }
        var drafter = Drafter.load(spec, bundle.shape().vocabulary(), bundle.stop().tokens(), settings);
        return new Speculation(drafter, single, bundle.shape().context(), most, counts);
    }

    /** Whether an answer that is decoded alone is drafted. The draft model has no place for media. */
    boolean takes(GenerateJob job) {
        return job.next() instanceof Next.Token && job.maxDrafted() > 0 && !job.draft().isOver()
                && job.prompt().media().isEmpty();
    }

    /**
     * Feeds the next token of an answer and what is guessed to follow it.
     *
     * @return what was fed; nothing if that failed: then the answer is where it was, and goes on without drafts
     */
    long[] feed(GenerateJob job) {
        var draft = job.draft();
        var sequence = job.sequence();
        try {
            var batch = sequence.batch();
            if (batch != null) {
                batch.remove(sequence, single.borrow());
            }
            var text = job.text();
            // What is guessed may be written but for the last, and has to be fed.
            int useful = Math.min(job.maxDrafted() - job.written() - 1, context - text.length);
            int count = draft.wanted(Math.min(Math.min(useful, most), drafter.room(text.length)));
            var guessed = count == 0 ? new long[0] : drafter.guess(draft, text, count);
            var fed = new long[1 + guessed.length];
            fed[0] = text[text.length - 1];
            System.arraycopy(guessed, 0, fed, 1, guessed.length);
            single.read(sequence, fed);
            return fed;
        } catch (RuntimeException | Error e) {
            if (!hasFailed) {
                log.warn("requestId={} an answer could not be drafted and goes on without; said once",
                        job.call().requestId(), e);
            }
            hasFailed = true;
            draft.end();
            release(job);
            return new long[0];
        }
    }

    /** Has both models forget what the answer did not write. {@code taken}: of what was fed. */
    void took(GenerateJob job, int fed, int taken) {
        var sequence = job.sequence();
        sequence.keep(sequence.length() - fed + taken);
        var drafted = job.draft().sequence();
        drafted.keep(Math.min(drafted.length(), sequence.length()));
        job.draft().fared(fed - 1, taken - 1);
        counts.ran(fed - 1, taken - 1);
    }

    void release(GenerateJob job) {
        drafter.release(job.draft());
    }

    @Override
    public void close() {
        drafter.close();
    }
}
