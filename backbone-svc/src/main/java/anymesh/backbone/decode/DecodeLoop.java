// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.decode;

import anymesh.backbone.answer.Next;
import anymesh.backbone.bundle.BackboneBundle;
import anymesh.kit.batch.Stepper;
import anymesh.kit.model.BundleException;
import anymesh.kit.model.Closing;
import anymesh.kit.model.OnnxSettings;
import anymesh.wire.error.Failures;
import anymesh.wire.error.MeshException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Continuous batching over a graph without paged attention. A step feeds each answer what it needs next: its prompt, the
 * tokens of a signal (each by itself, {@link SingleRun}), or one token (all together, {@link DecodeBatch}, or those that the
 * graph's {@link RowLayout} lets be together); so answers join and leave between steps and never wait for each other's ends. An
 * answer that is alone may be fed more than one token, of which the others are guessed ({@link Speculation}).
 *
 * <p>Owned by one worker thread, {@link #close} included.
 */
public final class DecodeLoop implements Stepper<GenerateJob>, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(DecodeLoop.class);
    /** Positions of a prompt that are read at once. More take longer than those who write should wait, fewer are read more slowly. */
    public static final int BLOCK = 32;
    private static final int IN_PARTS = 8;

    private final TokenInput input;
    private final DecoderGraph decoder;
    private final RowLayout layout;
    private final SingleRun single;
    private final @Nullable PromptBatch prompts;
    private final @Nullable Speculation speculation;
    private final DraftCounts drafts;
    private final List<DecodeBatch> batches = new ArrayList<>();
    private final int prefillTokens;
    private final PrefixCache prefixes;
    private final boolean readsInBlocks;
    private final float[] logits;

    private DecodeLoop(TokenInput input, DecoderGraph decoder, RowLayout layout, SingleRun single,
            @Nullable PromptBatch prompts, @Nullable Speculation speculation, DraftCounts drafts, int prefillTokens,
            PrefixCache prefixes, boolean readsInBlocks) {
        this.input = input;
        this.decoder = decoder;
        this.layout = layout;
        this.single = single;
        this.prompts = prompts;
        this.speculation = speculation;
        this.drafts = drafts;
        this.prefillTokens = prefillTokens;
        this.prefixes = prefixes;
        this.readsInBlocks = readsInBlocks;
        this.logits = new float[decoder.shape().vocabulary()];
    }

    /**
     * Opens a bundle's graphs; {@link anymesh.kit.model.BundleException} if they are not what it says.
     *
     * @param prefillTokens the most prompt tokens fed in one step where nobody waits for a token, the first prompt aside
     * @param prefixBytes what is kept of keys and values for prompts that begin alike; 0: nothing
     */
    public static DecodeLoop load(BackboneBundle bundle, OnnxSettings settings, int prefillTokens, long prefixBytes) {
        return Closing.opening(opened -> {
            var decoder = opened.with(DecoderGraph.load(bundle.decoder(), settings));
            var input = opened.with(TokenInput.load(bundle.decoder(), decoder, settings));
            try {
                var proven = CompanyCheck.proven(input, decoder, decoder.found().layout());
                var layout = proven.layout();
                log.info("decoder={} layout={} {}", decoder.file(), layout, decoder.found().why());
                var single = new SingleRun(input, decoder, layout);
                var prompts = proven.readsTogether() ? new PromptBatch(single, decoder, layout) : null;
                var drafts = new DraftCounts();
                var speculation = Speculation.load(bundle, decoder, single, settings, drafts);
                // Where one scale quantizes all positions, say, a prompt in parts is not the prompt.
                boolean readsInBlocks = single.atOnce() >= BLOCK && decoder.takesBack()
                        && (speculation != null || RollbackCheck.passes(single, decoder, IN_PARTS));
                var prefixes = new PrefixCache(() -> decoder.newCache(layout.copied()), BLOCK,
                        readsInBlocks ? prefixBytes : 0);
                return new DecodeLoop(input, decoder, layout, single, prompts, speculation, drafts, prefillTokens,
                        prefixes, readsInBlocks);
            } catch (MeshException e) {
                throw new BundleException("%s: does not decode a prompt: %s".formatted(decoder.file(), e.getMessage()),
                        e);
            }
        });
    }

    @Override
    public void step(List<GenerateJob> active) {
        if (active.size() == 1 && speculate(active.getFirst())) {
            return;
        }
        // Chunks come first: they take their sequences out of the batch, which must be gone before it takes its step.
        var decoding = active.stream().filter(job -> job.next() instanceof Next.Token).toList();
        for (var job : active) {
            if (job.next() instanceof Next.Run(var signal)) {
                attempt(job, () -> feedAlone(job, signal.tokens()));
            }
        }
        prefill(active.stream().filter(job -> job.next() == null).toList(), decoding.isEmpty());
        together(decoding).forEach(this::decode);
    }

    /** A step of an answer that is drafted; false if this one is not, or no longer. */
    private boolean speculate(GenerateJob job) {
        if (speculation == null || !speculation.takes(job)) {
            return false;
        }
        var fed = speculation.feed(job);
        if (fed.length > 0) {
            attempt(job, () -> {
                int taken = 0;
                do {
                    single.logits(taken, logits);
                    advance(job, single.hidden(taken));
                    taken++;
                } while (taken < fed.length && job.next() instanceof Next.Token(var token) && token == fed[taken]);
                speculation.took(job, fed.length, taken);
            });
        }
        return fed.length > 0;
    }

    /** Those that one batch can hold. */
    private Collection<List<GenerateJob>> together(List<GenerateJob> jobs) {
        var groups = new LinkedHashMap<Object, List<GenerateJob>>();
        jobs.forEach(job -> groups.computeIfAbsent(company(job), _ -> new ArrayList<>()).add(job));
        return groups.values();
    }

    /** What those have in common that go together. */
    private Object company(GenerateJob job) {
        return switch (layout) {
            case IN_PLACE, LEFT_PADDED, RIGHT_PADDED -> layout;
            case EQUAL_LENGTHS -> job.sequence().length();
            case ONE_ROW -> job;
        };
    }

    /**
     * The batch that some of them are in, which is then of all that are in one: they have grown together. Else an empty one, whose
     * memory is used again.
     */
    private DecodeBatch batch(List<GenerateJob> jobs) {
        return jobs.stream().map(job -> job.sequence().batch()).filter(Objects::nonNull).findFirst()
                .or(() -> batches.stream().filter(DecodeBatch::isEmpty).findFirst()).orElseGet(() -> {
                    var batch = new DecodeBatch(input, decoder, layout);
                    batches.add(batch);
                    return batch;
                });
    }

    /**
     * Reads prompts, in the order of arrival: a short prompt does not overtake a long one. While answers are written one block is read
     * between two of their tokens; a decoder whose prompts can't be read in blocks is fed a whole one.
     */
    private void prefill(List<GenerateJob> waiting, boolean isAlone) {
        int left = isAlone ? prefillTokens : BLOCK;
        var together = unread(waiting, Math.min(left, single.atOnce()));
        int done = prompts != null && together.size() > 1 && readTogether(prompts, together) ? together.size() : 0;
        left -= together.subList(0, done).stream().mapToInt(job -> job.prompt().length()).sum();
        for (var job : waiting.subList(done, waiting.size())) {
            boolean isFirst = job.equals(waiting.getFirst());
            attempt(job, () -> begin(job));
            while (!job.isDone() && job.next() == null) {
                int tokens = block(job);
                boolean mayRead = tokens <= left || (isFirst && (isAlone || left == BLOCK));
                if (!mayRead) {
                    return;
                }
                left -= tokens;
                attempt(job, () -> read(job, tokens));
            }
        }
    }

    /** The first of those that wait, as many as can be read together: none of them has a whole block, which could be known or kept. */
    private List<GenerateJob> unread(List<GenerateJob> waiting, int most) {
        int count = 0;
        int longest = 0;
        for (var job : waiting) {
            longest = Math.max(longest, job.prompt().length());
            if (longest >= BLOCK || job.sequence().own() != null || (count + 1) * longest > most) {
                break;
            }
            count++;
        }
        return waiting.subList(0, count);
    }

    /** False if they can't be: then each is read alone, so that only those fail that can't be read. */
    private boolean readTogether(PromptBatch batch, List<GenerateJob> jobs) {
        try {
            batch.read(jobs.stream().map(GenerateJob::sequence).toList(),
                    jobs.stream().map(GenerateJob::prompt).toList());
        } catch (RuntimeException | Error e) {
            log.warn("{} prompts could not be read together: {}", jobs.size(), e.toString());
            return false;
        }
        for (int i = 0; i < jobs.size(); i++) {
            int row = i;
            var job = jobs.get(row);
            attempt(job, () -> {
                batch.logits(row, logits);
                advance(job, batch.hidden(row));
            });
        }
        return true;
    }

    /** How many positions are read next: up to the next multiple of a block, whoever is there and whatever was known, so that they round alike. */
    private int block(GenerateJob job) {
        int read = job.sequence().length();
        int unread = job.prompt().length() - read;
        return readsInBlocks ? Math.min(unread, BLOCK - read % BLOCK) : unread;
    }

    private void read(GenerateJob job, int tokens) {
        var sequence = job.sequence();
        single.readOn(sequence, job.prompt(), tokens);
        if (sequence.length() == job.prompt().length()) {
            keep(job);
            advanceSingle(job);
        }
    }

    /** Gives a prompt of which nothing was read a cache, with the blocks of it that are known. */
    private void begin(GenerateJob job) {
        var sequence = job.sequence();
        if (sequence.own() == null) {
            single.begin(sequence);
            if (!prefixes.isOn()) {
                return;
            }
            int known = prefixes.restore(job.call().caller(), job.signature(),
                    Objects.requireNonNull(sequence.own()));
            sequence.grew(known);
            job.reused(known);
        }
    }

    private void keep(GenerateJob job) {
        int whole = job.prompt().length() / BLOCK * BLOCK;
        if (whole == 0 || !prefixes.isOn()) {
            return;
        }
        try {
            prefixes.keep(job.call().caller(), Arrays.copyOf(job.signature(), whole),
                    Objects.requireNonNull(job.sequence().own()));
        } catch (OutOfMemoryError e) {
            log.warn("requestId={} its prompt is not kept: {}", job.call().requestId(), e.toString());
        }
    }

    /** If they can't be fed together each is fed alone, so that only those fail whose tokens can't be fed. */
    private void decode(List<GenerateJob> jobs) {
        var tokens = new long[jobs.size()];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = jobs.get(i).next() instanceof Next.Token token ? token.id() : 0;
        }
        var batch = batch(jobs);
        try {
            batch.step(jobs.stream().map(GenerateJob::sequence).toList(), tokens, single::giveBack);
        } catch (RuntimeException | Error e) {
            log.warn("{} answers could not take a step together: {}", tokens.length, e.toString());
            for (int i = 0; i < tokens.length; i++) {
                var job = jobs.get(i);
                long token = tokens[i];
                attempt(job, () -> feedAlone(job, List.of(token)));
            }
            return;
        }
        for (var job : jobs) {
            attempt(job, () -> {
                batch.logits(job.sequence(), logits);
                advance(job, batch.hidden(job.sequence()));
            });
        }
    }

    private void feedAlone(GenerateJob job, List<Long> tokens) {
        var batch = job.sequence().batch();
        if (batch != null) {
            batch.remove(job.sequence(), single.borrow());
        }
        single.tokens(job.sequence(), tokens);
        advanceSingle(job);
    }

    private void advanceSingle(GenerateJob job) {
        single.logits(logits);
        advance(job, single.hidden());
    }

    private void advance(GenerateJob job, FloatBuffer hidden) {
        var next = job.answer().advance(logits, hidden);
        job.next(next);
        if (next instanceof Next.End end) {
            job.complete(end.end());
        }
    }

    /**
     * One answer's part of a step. If it fails, because its prompt can't be read, its logits are broken or its signal finds
     * no memory, it fails alone, and leaves the batch before that takes another step.
     */
    private void attempt(GenerateJob job, Runnable part) {
        try {
            part.run();
        } catch (RuntimeException | Error e) {
            if (!(e instanceof MeshException)) {
                log.error("requestId={} an answer failed", job.call().requestId(), e);
            }
            job.fail(Failures.of(e, "the backbone"));
            release(job);
        }
    }

    /** May be called again: what failed was released at once. */
    @Override
    public void release(GenerateJob job) {
        var sequence = job.sequence();
        var own = sequence.own();
        var batch = sequence.batch();
        if (batch != null) {
            batch.remove(sequence, null);
        } else if (own != null) {
            single.giveBack(own);
            sequence.moveTo(null);
        }
        if (speculation != null) {
            speculation.release(job);
        }
    }

    /** How drafts fare. */
    public DraftCounts drafts() {
        return drafts;
    }

    /** How answers alone are drafted; null if they are not. */
    @Nullable
    Speculation speculation() {
        return speculation;
    }

    /** Rows that are decoded together, idle ones included. */
    int rows() {
        return batches.stream().filter(batch -> !batch.isEmpty()).mapToInt(DecodeBatch::rows).sum();
    }

    /** Closes the graphs; after the last step. */
    @Override
    public void close() {
        if (speculation != null) {
            speculation.close();
        }
        decoder.close();
        input.close();
    }
}
