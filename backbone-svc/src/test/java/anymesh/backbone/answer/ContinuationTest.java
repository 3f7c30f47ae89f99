// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.answer;

import static anymesh.backbone.answer.ScriptedModel.AUDIO;
import static anymesh.backbone.answer.ScriptedModel.IMAGE;
import static anymesh.backbone.answer.ScriptedModel.STOP;
import static anymesh.backbone.answer.ScriptedModel.VIDEO;
import static anymesh.backbone.answer.ScriptedModel.anything;
import static anymesh.backbone.answer.ScriptedModel.required;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import anymesh.backbone.answer.ScriptedModel.Told;
import anymesh.backbone.bundle.SignalSpec;
import anymesh.backbone.tools.CallReader;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ContinuationTest {
    static Stream<Arguments> answers() {
        return Stream.of(
                arguments("text", script("hello", STOP), List.of(), anything()),
                arguments("tokens used up", script("hello world, hello world"), List.of(), anything()),
                arguments("a signal amid text", script("ab", IMAGE, "cd", STOP), List.of(), anything()),
                arguments("states that predict", script("ab", AUDIO, "c", AUDIO, STOP), List.of(), anything()),
                arguments("a sampled run", script("a", 220, 221, 222, "b", STOP), List.of(), anything()),
                arguments("a run that is left", script("a", 220, 221, "b", 222, STOP), List.of(), anything()),
                arguments("a stop text", script("one; two"), List.of("; t"), anything()),
                arguments("text held back", script("ab;", IMAGE, "d", STOP), List.of(";d"), anything()),
                arguments("held back to the end", script("ab;", STOP), List.of(";d"), anything()),
                arguments("a required run", script("ab", STOP, "c", STOP), List.of(), required(IMAGE)),
                arguments("required after a stop text", script("ab;cd"), List.of(";"), required(IMAGE, AUDIO)),
                arguments("required at the end", script("abcdefghijklmnopqrstuvwxyz"), List.of(), required(VIDEO)),
                arguments("no text", script("ab", IMAGE, "c", IMAGE, STOP), List.of(),
                        new MediaOptions(false, List.of(IMAGE), List.of(), 8)));
    }

    private static Object[] script(Object... script) {
        return script;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("answers")
    void cutAfterAnyEventAnAnswerGoesOnAsIfItHadNotBeen(String name, Object[] script, List<String> stops,
            MediaOptions media) {
        var whole = new ScriptedModel(script);
        var end = whole.write(20, stops, media);
        for (int cut = 0; cut <= whole.events().size(); cut++) {
            var known = whole.events().subList(0, cut);
            var rest = new ScriptedModel(script);
            assertThat(rest.write(20, stops, media, begun(known))).as("cut after %d", cut).isEqualTo(end);
            var all = new ArrayList<>(known);
            all.addAll(rest.events());
            assertThat(joined(all)).as("cut after %d", cut).isEqualTo(joined(whole.events()));
            assertThat(tokens(all)).as("cut after %d", cut).isEqualTo(tokens(whole.events()));
            assertThat(rest.fed()).as("cut after %d", cut).isEqualTo(whole.fed());
        }
    }

    @Test
    void anAnswerCutTwiceGoesOnTwice() {
        Object[] script = script("ab;", IMAGE, "d", AUDIO, "ef", STOP);
        var whole = new ScriptedModel(script);
        whole.write(40);
        var second = new ScriptedModel(script);
        second.write(40, List.of(), anything(), begun(whole.events().subList(0, 2)));
        var known = new ArrayList<>(whole.events().subList(0, 2));
        known.addAll(second.events().subList(0, 2));
        var third = new ScriptedModel(script);
        third.write(40, List.of(), anything(), begun(known));
        known.addAll(third.events());
        assertThat(joined(known)).isEqualTo(joined(whole.events()));
    }

    @Test
    void whatWasWrittenIsKeptThoughTheModelWouldWriteOtherwise() {
        var model = new ScriptedModel("xyz", STOP);
        model.write(20, List.of(), anything(), new Begun(List.of((int) 'a', (int) 'b'), 1, 0, 0, 0, 0));
        assertThat(model.parts()).containsExactly("bz");
    }

    @Test
    void deliveredTextIsCountedInCodePoints() {
        var told = new ArrayList<String>();
        var undelivered = new Undelivered(new Begun(List.of(), 2, 0, 0, 0, 0), new AnswerSink() {
            @Override
            public void text(String delta, List<TokenLogprob> logprobs, List<Integer> tokens) {
                told.add(delta + tokens);
            }

            @Override
            public void signal(SignalSpec signal, float[] states, List<Integer> tokens) {
                throw new AssertionError("no signal was written");
            }

            @Override
            public void call(CallReader.Delta delta, List<Integer> tokens) {
                throw new AssertionError("nothing was called");
            }
        });
        undelivered.text("\uD83D\uDE00", List.of(), List.of());
        undelivered.text("a", List.of(), List.of(7));
        undelivered.text("bc", List.of(), List.of(8));
        assertThat(told).containsExactly("bc[7, 8]");
    }

    private static Begun begun(List<Told> known) {
        return new Begun(tokens(known),
                known.stream().filter(told -> !told.isSignal()).mapToInt(told -> told.part().length()).sum(),
                (int) known.stream().filter(Told::isSignal).count(), 0, 0, 0);
    }

    private static List<Integer> tokens(List<Told> events) {
        return events.stream().flatMap(told -> told.tokens().stream()).toList();
    }

    /** Where text is divided does not matter. */
    private static String joined(List<Told> events) {
        return String.join("", events.stream().map(Told::part).toList());
    }
}
