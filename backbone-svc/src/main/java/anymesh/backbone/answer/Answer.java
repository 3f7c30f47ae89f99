// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.answer;

import anymesh.backbone.bundle.SignalSpec;
import anymesh.backbone.bundle.StopRules;
import anymesh.backbone.constraint.Document;
import anymesh.backbone.tools.CallReader;
import anymesh.v1.FinishReason;
import anymesh.wire.error.InferenceFailed;
import anymesh.wire.error.InvalidInput;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One answer: t, S_X = LLM(P_X, F_T), one step at a time. {@link #advance} takes what the decoder made of the tokens it
 * was fed and says what to feed next; text and signals leave through the sink as soon as they are certain.
 *
 * <p>Text: writing → (stop token, stop text or tokens used up) → closing, in which only the runs that are still owed are
 * written → ended. A stop token with runs owed is replaced by the first of them, after which the model writes on, since
 * that is how it was taught to end; after a stop text, or without tokens left, nothing is sampled any more.
 */
public final class Answer {
    private final int maxTokens;
    private final boolean showText;
    private final Sampler sampler;
    private final Repetition repetition;
    private final TextStream text;
    private final StopMatcher stopTexts;
    private final StopRules stop;
    private final SignalPlan plan;
    private final AnswerSink sink;
    private final float[] state;
    private final Written written;
    private final @Nullable Document form;
    private final @Nullable Calls calls;
    private final @Nullable Logprobs logprobs;
    private @Nullable SignalRun run;
    private @Nullable FinishReason closing;

    /**
     * @param prompt the ids that it answers
     * @param signals every signal of the bundle
     * @param hidden the width of a state
     * @param decode the text of token ids, special tokens left out
     * @param form what its text has to be
     * @param begun how far the answer has come elsewhere: it is written again with those tokens, and told from there on
     */
    public Answer(SamplingOptions sampling, long[] prompt, MediaOptions media, List<SignalSpec> signals, StopRules stop,
            int hidden, Function<long[], String> decode, AnswerForm form, Begun begun, AnswerSink sink) {
        this.maxTokens = sampling.maxTokens();
        this.showText = media.text();
        this.sampler = new Sampler(sampling.warping(), sampling.seed());
        this.repetition = new Repetition(sampling.repetitionPenalty(), prompt);
        this.text = new TextStream(decode);
        this.form = form.document();
        this.calls = form.tools() == null ? null : new Calls(form.tools(), form.document());
        this.logprobs = form.logprobs();
        // What would end free text may stand in a document, which ends by itself.
        var texts = document() == null ? new ArrayList<>(stop.texts()) : new ArrayList<String>();
        texts.addAll(sampling.stops());
        this.stopTexts = new StopMatcher(texts);
        this.stop = stop;
        this.plan = new SignalPlan(signals, media);
        this.sink = begun.equals(Begun.NOTHING) ? sink : new Undelivered(begun, sink);
        this.written = new Written(begun.tokens(), repetition);
        this.state = new float[hidden];
    }

    /**
     * Writes the next token.
     *
     * @param logits of the last position that was fed, {@code [vocabulary]}; overwritten
     * @param hidden the states of the positions that were fed, {@code [positions, hidden]}, from the buffer's position
     * @return what to feed next; nothing may be fed after {@link Next.End}
     */
    public Next advance(float[] logits, FloatBuffer hidden) {
        hidden.get(hidden.limit() - state.length, state);
        if (run != null) {
            run.fed(hidden);
            leaveIfComplete(run);
        }
        if (closing == null && free() <= 0 && run == null) {
            closing = FinishReason.LENGTH;
        }
        var owed = plan.owed();
        if (closing != null) {
            return owed == null ? end(closing) : begin(owed, true);
        }
        int token = next(logits);
        if (stop.tokens().contains((long) token)) {
            return stopped(token, owed);
        }
        return write(token);
    }

    /** A given token takes its turn in the random stream, so that what is sampled after it is what would have been. */
    private int next(float[] logits) {
        if (logprobs != null) {
            logprobs.see(logits);
        }
        if (written.isGiven()) {
            sampler.skip();
            return written.given();
        }
        repetition.penalize(logits);
        plan.mask(logits, free(), run);
        var document = document();
        if (document != null) {
            document.mask(logits, stop.tokens());
        }
        return sampler.next(logits);
    }

    /** What the answer is held to here. */
    private @Nullable Document document() {
        return calls == null ? form : calls.document();
    }

    private Next stopped(int token, @Nullable SignalSpec owed) {
        run = null;
        if (owed != null) {
            return begin(owed, true);
        }
        written.add(token);
        return end(FinishReason.STOP);
    }

    private Next write(int token) {
        var document = document();
        if (document != null && !document.accept(token)) {
            // Of those that are sampled each is one that may come.
            throw new InvalidInput("continuation: token %d can't come next in the document".formatted(token),
                    "continuation");
        }
        if (calls != null && calls.isOpen()) {
            return writeCall(calls.read(token), token);
        }
        if (calls != null && calls.opensBy(token)) {
            run = null;
            flush();
            return writeCall(List.of(), token);
        }
        var open = run;
        if (open != null && open.continuesWith(token)) {
            written.add(token);
            open.continued();
            leaveIfComplete(open);
            return new Next.Token(token);
        }
        run = null; // the model left a run that is not forced: it asked for nothing
        var signal = plan.begunBy(token);
        return signal != null
                ? begin(signal, signal.forced() || signal.equals(plan.owed()))
                : writeText(token);
    }

    private Next writeText(int token) {
        written.add(token);
        var certain = text.add(token);
        if (logprobs != null) {
            logprobs.wrote(token, certain.length());
        }
        show(stopTexts.accept(calls == null ? certain : calls.free(token, certain)));
        if (calls != null && calls.isOpen()) {
            calls.opened().forEach(delta -> sink.call(delta, written.tell()));
        }
        return goOn(token);
    }

    private Next writeCall(List<CallReader.Delta> told, int token) {
        written.add(token);
        told.forEach(delta -> sink.call(delta, written.tell()));
        return goOn(token);
    }

    private Next goOn(int token) {
        var document = document();
        if (stopTexts.matched() || (document != null && document.isOver())) {
            closing = FinishReason.STOP;
        }
        if (plan.owed() == null && (closing != null || free() <= 0)) {
            return end(closing == null ? FinishReason.LENGTH : closing);
        }
        return new Next.Token(token);
    }

    private Next begin(SignalSpec signal, boolean forced) {
        flush();
        int decided = forced ? signal.length() : 1;
        written.add(signal.tokens().subList(0, decided));
        run = new SignalRun(signal, decided, state);
        leaveIfComplete(run);
        return forced ? new Next.Run(signal) : new Next.Token(signal.first());
    }

    private void leaveIfComplete(SignalRun candidate) {
        if (candidate.isComplete()) {
            requireFinite(candidate.states());
            plan.wrote(candidate.signal());
            sink.signal(candidate.signal(), candidate.states(), written.tell());
            run = null;
        }
    }

    /** The projector behind would be blamed for them, or the request. */
    private static void requireFinite(float[] states) {
        for (float state : states) {
            if (!Float.isFinite(state)) {
                throw new InferenceFailed("the backbone's states of a signal are not finite");
            }
        }
    }

    private Next end(FinishReason reason) {
        flush();
        boolean hasCalls = calls != null && calls.isOpen() && reason == FinishReason.STOP;
        return new Next.End(new AnswerEnd(hasCalls ? FinishReason.TOOL_CALLS : reason, written.count()));
    }

    /** Shows what was held back: what follows is no text that it could be joined with. */
    private void flush() {
        if (calls != null) {
            show(stopTexts.accept(calls.flush()));
        }
        var last = text.flush();
        if (logprobs != null) {
            logprobs.decoded(last.length());
        }
        show(stopTexts.accept(last));
        show(stopTexts.flush());
    }

    private void show(String certain) {
        if (showText && !certain.isEmpty()) {
            sink.text(certain, logprobs == null ? List.of() : logprobs.shown(certain.length()), written.tell());
        }
    }

    /** Tokens that may still be written freely: neither written nor owed to required runs. */
    private int free() {
        return maxTokens - written.count() - plan.owedTokens();
    }
}
