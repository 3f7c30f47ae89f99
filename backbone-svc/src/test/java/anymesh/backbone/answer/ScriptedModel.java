// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.answer;

import anymesh.backbone.bundle.SignalSpec;
import anymesh.backbone.bundle.StopRules;
import anymesh.backbone.tools.CallReader;
import anymesh.v1.FinishReason;
import anymesh.v1.Modality;
import anymesh.wire.DType;
import anymesh.wire.EmbeddingSpec;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Plays a decoder for an {@link Answer}. It wants to write the tokens of a script, and its second choice is always
 * {@link #FILLER}; the state of position p is {@code [p, p + 0.5]}. Token 0 is the stop token, letters are their own text.
 */
final class ScriptedModel implements AnswerSink {
    static final int STOP = 0;
    static final int FILLER = '.';
    static final SignalSpec IMAGE = signal(Modality.IMAGE, 0, true, 200, 201, 202);
    static final SignalSpec AUDIO = signal(Modality.AUDIO, -1, true, 210, 211);
    static final SignalSpec VIDEO = signal(Modality.VIDEO, 0, false, 220, 221, 222);
    static final List<SignalSpec> ALL = List.of(IMAGE, AUDIO, VIDEO);

    private final List<Integer> script;
    private final List<String> parts = new ArrayList<>();
    private final List<Long> fed = new ArrayList<>();
    private final List<Told> events = new ArrayList<>();
    private int position = -1;
    private int wishes;
    private int brokenFrom = Integer.MAX_VALUE;

    /** One text or signal as it left, and the tokens that came with it. */
    record Told(String part, List<Integer> tokens) {
        boolean isSignal() {
            return part.startsWith("<");
        }
    }

    ScriptedModel(Object... script) {
        var tokens = new ArrayList<Integer>();
        for (var item : script) {
            switch (item) {
                case String text -> text.chars().forEach(tokens::add);
                case SignalSpec signal -> tokens.add((int) signal.first());
                case Integer token -> tokens.add(token);
                default -> throw new IllegalArgumentException(item.toString());
            }
        }
        this.script = tokens;
    }

    /** Writes a whole answer. */
    AnswerEnd write(int maxTokens, List<String> stops, MediaOptions media) {
        return write(maxTokens, stops, media, Begun.NOTHING);
    }

    /** Writes an answer that was begun elsewhere. */
    AnswerEnd write(int maxTokens, List<String> stops, MediaOptions media, Begun begun) {
        var answer = new Answer(new SamplingOptions(Warping.GREEDY, 1, 0, maxTokens, stops), new long[0], media, ALL,
                new StopRules(Set.of((long) STOP), List.of()), 2, ScriptedModel::text, AnswerForm.FREE, begun, this);
        var next = answer.advance(logits(), states(1));
        while (true) {
            switch (next) {
                case Next.Token token -> {
                    fed.add(token.id());
                    next = answer.advance(logits(), states(1));
                }
                case Next.Run run -> {
                    fed.addAll(run.signal().tokens());
                    next = answer.advance(logits(), states(run.signal().length()));
                }
                case Next.End end -> {
                    return end.end();
                }
            }
        }
    }

    AnswerEnd write(int maxTokens) {
        return write(maxTokens, List.of(), anything());
    }

    /** Its states are no numbers from this position on. */
    ScriptedModel brokenFrom(int from) {
        brokenFrom = from;
        return this;
    }

    /** Text and signals in the order in which they left; text that came in pieces is joined. */
    List<String> parts() {
        return parts;
    }

    /** What left, piece by piece. */
    List<Told> events() {
        return events;
    }

    /** The tokens that the decoder was fed after the prompt. */
    List<Long> fed() {
        return fed;
    }

    static MediaOptions anything() {
        return new MediaOptions(true, ALL, List.of(), 8);
    }

    static MediaOptions required(SignalSpec... required) {
        return new MediaOptions(true, ALL, List.of(required), 8);
    }

    static AnswerEnd ended(FinishReason reason, int tokens) {
        return new AnswerEnd(reason, tokens);
    }

    @Override
    public void text(String delta, List<TokenLogprob> logprobs, List<Integer> tokens) {
        events.add(new Told(delta, tokens));
        if (!parts.isEmpty() && !parts.getLast().startsWith("<")) {
            parts.set(parts.size() - 1, parts.getLast() + delta);
        } else {
            parts.add(delta);
        }
    }

    @Override
    public void call(CallReader.Delta delta, List<Integer> tokens) {
        throw new AssertionError("nothing was called");
    }

    @Override
    public void signal(SignalSpec signal, float[] states, List<Integer> tokens) {
        var told = "<" + signal.modality() + Arrays.toString(states) + ">";
        events.add(new Told(told, tokens));
        parts.add(told);
    }

    private float[] logits() {
        var logits = new float[256];
        logits[FILLER] = 1;
        logits[wishes < script.size() ? script.get(wishes) : FILLER] = 2;
        wishes++;
        return logits;
    }

    private FloatBuffer states(int positions) {
        var states = FloatBuffer.allocate(2 * positions);
        for (int i = 0; i < positions; i++) {
            position++;
            states.put(position < brokenFrom ? position : Float.NaN).put(position + 0.5f);
        }
        return states.flip();
    }

    private static String text(long[] tokens) {
        var text = new StringBuilder();
        Arrays.stream(tokens).forEach(token -> text.append((char) token));
        return text.toString();
    }

    private static SignalSpec signal(Modality modality, int offset, boolean forced, long... tokens) {
        return new SignalSpec(modality, Arrays.stream(tokens).boxed().toList(), offset, forced,
                new EmbeddingSpec("signal-" + modality, List.of(tokens.length, 2), DType.FLOAT32, "test", "1"));
    }
}
