// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.answer;

import anymesh.backbone.bundle.SignalSpec;
import anymesh.backbone.tools.CallReader;
import java.util.ArrayList;
import java.util.List;

/** Lets through what the reader of a continued answer does not have yet. */
final class Undelivered implements AnswerSink {
    private final AnswerSink sink;
    private final List<Integer> kept = new ArrayList<>();
    private final List<TokenLogprob> keptLogprobs = new ArrayList<>();
    private int characters;
    private int signals;
    private int logprobs;
    private int calls;
    private int argumentCharacters;

    Undelivered(Begun begun, AnswerSink sink) {
        this.sink = sink;
        this.characters = begun.characters();
        this.signals = begun.signals();
        this.logprobs = begun.logprobs();
        this.calls = begun.calls();
        this.argumentCharacters = begun.argumentCharacters();
    }

    @Override
    public void text(String delta, List<TokenLogprob> likely, List<Integer> tokens) {
        int known = Math.min(characters, delta.codePointCount(0, delta.length()));
        characters -= known;
        var rest = delta.substring(delta.offsetByCodePoints(0, known));
        kept.addAll(tokens); // they are new even where their text is not
        int told = Math.min(logprobs, likely.size());
        logprobs -= told;
        keptLogprobs.addAll(likely.subList(told, likely.size()));
        if (!rest.isEmpty()) {
            var news = List.copyOf(keptLogprobs);
            keptLogprobs.clear();
            sink.text(rest, news, tell());
        }
    }

    @Override
    public void signal(SignalSpec signal, float[] states, List<Integer> tokens) {
        kept.addAll(tokens);
        if (signals > 0) {
            signals--;
        } else {
            sink.signal(signal, states, tell());
        }
    }

    @Override
    public void call(CallReader.Delta delta, List<Integer> tokens) {
        kept.addAll(tokens);
        if (!delta.name().isEmpty()) {
            if (calls > 0) {
                calls--;
            } else {
                sink.call(delta, tell());
            }
            return;
        }
        var arguments = delta.arguments();
        int known = Math.min(argumentCharacters, arguments.codePointCount(0, arguments.length()));
        argumentCharacters -= known;
        var rest = arguments.substring(arguments.offsetByCodePoints(0, known));
        if (!rest.isEmpty()) {
            sink.call(new CallReader.Delta("", rest), tell());
        }
    }

    private List<Integer> tell() {
        var told = List.copyOf(kept);
        kept.clear();
        return told;
    }
}
