// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.answer;

import anymesh.backbone.bundle.SignalSpec;
import java.util.ArrayList;
import java.util.List;

/** Lets through what the reader of a continued answer does not have yet. */
final class Undelivered implements AnswerSink {
    private final AnswerSink sink;
    private final List<Integer> kept = new ArrayList<>();
    private int characters;
    private int signals;

    Undelivered(Begun begun, AnswerSink sink) {
        this.sink = sink;
        this.characters = begun.characters();
        this.signals = begun.signals();
    }

    @Override
    public void text(String delta, List<Integer> tokens) {
        int known = Math.min(characters, delta.codePointCount(0, delta.length()));
        characters -= known;
        var rest = delta.substring(delta.offsetByCodePoints(0, known));
        kept.addAll(tokens); // they are new even where their text is not
        if (!rest.isEmpty()) {
            sink.text(rest, tell());
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

    private List<Integer> tell() {
        var told = List.copyOf(kept);
        kept.clear();
        return told;
    }
}
