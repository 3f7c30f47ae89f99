// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.answer;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.backbone.bundle.SignalSpec;
import anymesh.backbone.bundle.StopRules;
import anymesh.backbone.constraint.Schema;
import anymesh.backbone.constraint.TokenTrie;
import anymesh.backbone.constraint.Vocabularies;
import anymesh.backbone.tools.CallFormat;
import anymesh.backbone.tools.CallReader;
import anymesh.backbone.tools.CallTokens;
import anymesh.backbone.tools.OfferedTools;
import anymesh.v1.FinishReason;
import anymesh.v1.Tool;
import anymesh.v1.ToolChoice;
import anymesh.v1.ToolOptions;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls by a model of noise at temperature 1: that they are calls is the grammar's doing alone. */
class CallAnswerTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Map<Integer, byte[]> TEXTS = texts();
    private static final int STOP = 0;
    private static final int CALL = 600;
    private static final int CALLED = 601;
    private static final int SIZE = 602;
    private static final Map<Long, String> CONTROL = Map.of(0L, "</s>", 600L, "<tool_call>", 601L, "</tool_call>");
    private static final CallFormat MARKED = new CallFormat("<tool_call>\n{\"name\": \"", "\", \"arguments\": ",
            "}\n</tool_call>\n<tool_call>\n{\"name\": \"", "}\n</tool_call>", false);
    private static final CallFormat SPELLED = new CallFormat("{\"name\": \"", "\", \"parameters\": ", null, "}", false);
    private static final String WEATHER = """
            {"name": "weather", "description": "How it is.", "strict": true, "parameters": {"type": "object",
             "properties": {"place": {"type": "string", "maxLength": 8}, "days": {"type": "integer"}},
             "required": ["place", "days"], "additionalProperties": false}}""";
    private static final String WEATHER_MAP = """
            {"name": "weather_map", "parameters": {"type": "object", "properties": {"zoom": {"type": "number",
             "minimum": 1, "maximum": 9}, "kind": {"oneOf": [{"const": "rain"}, {"const": "wind"}]}},
             "required": ["zoom", "kind"]}}""";
    private static final String NOW = "{\"name\": \"now\"}";

    /** What came, piece by piece. */
    private record Told(@Nullable String text, String name, String arguments, List<Integer> tokens) {}

    private record Written(AnswerEnd end, List<Told> told) {
        String text() {
            return String.join("", told.stream().map(Told::text).filter(Objects::nonNull).toList());
        }

        /** Each call as {@code name(arguments)}. */
        List<String> calls() {
            var calls = new ArrayList<String>();
            for (var piece : told) {
                if (!piece.name().isEmpty()) {
                    calls.add(piece.name() + "(");
                } else if (piece.text() == null) {
                    calls.set(calls.size() - 1, calls.getLast() + piece.arguments());
                }
            }
            return calls.stream().map(call -> call + ")").toList();
        }
    }

    private static Map<Integer, byte[]> texts() {
        var texts = new HashMap<>(Vocabularies.of(300));
        texts.values().removeIf(bytes -> new String(bytes, StandardCharsets.ISO_8859_1).contains("\u00FF"));
        return texts;
    }

    private static OfferedTools tools(CallFormat format, ToolChoice choice, boolean isSingle, String... functions) {
        var options = ToolOptions.newBuilder().setChoice(choice).setSingle(isSingle);
        for (var function : functions) {
            options.addTools(Tool.newBuilder().setFunction(function));
        }
        return OfferedTools.read(options.build(), new CallTokens(format, CONTROL, marks -> {
            var all = new HashMap<>(TEXTS);
            all.putAll(marks);
            return TokenTrie.of(SIZE, all);
        }));
    }

    /** {@code script}: what the model wants to write first, token by token; noise after it. */
    private static Written write(OfferedTools tools, @Nullable String schema, long seed, Begun begun, int maxTokens,
            int... script) {
        var told = new ArrayList<Told>();
        var sink = new AnswerSink() {
            @Override
            public void text(String delta, List<TokenLogprob> logprobs, List<Integer> tokens) {
                told.add(new Told(delta, "", "", tokens));
            }

            @Override
            public void call(CallReader.Delta delta, List<Integer> tokens) {
                told.add(new Told(null, delta.name(), delta.arguments(), tokens));
            }

            @Override
            public void signal(SignalSpec signal, float[] states, List<Integer> tokens) {
                throw new AssertionError("there are no signals");
            }
        };
        var document = schema == null
                ? null
                : Schema.read(schema).or(tools.whole()).begin(tools.tokens().trie());
        var answer = new Answer(new SamplingOptions(new Warping(1, 0, 1, 0), 1, seed, maxTokens, List.of()),
                new long[0], new MediaOptions(true, List.of(), List.of(), 8), List.of(),
                new StopRules(Set.of((long) STOP), List.of()), 1, CallAnswerTest::decode,
                new AnswerForm(document, tools, null), begun, sink);
        for (int step = 0;; step++) {
            var logits = logits(seed, step);
            if (step < script.length) {
                logits[script[step]] = 1000;
            }
            if (answer.advance(logits, FloatBuffer.allocate(1)) instanceof Next.End(AnswerEnd end)) {
                return new Written(end, told);
            }
        }
    }

    private static float[] logits(long seed, int step) {
        var noise = new Random(seed * 1000 + step);
        var logits = new float[SIZE];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (float) noise.nextGaussian() + (i == STOP ? 4 : 0);
        }
        return logits;
    }

    private static String decode(long[] tokens) {
        var bytes = new ByteArrayOutputStream();
        for (long token : tokens) {
            bytes.writeBytes(TEXTS.getOrDefault((int) token, new byte[0]));
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static int[] spelled(String text) {
        return text.chars().map(c -> c + 1).toArray();
    }

    /** As one of the three tools may be called. */
    private static void assertIsCall(String call) throws JsonProcessingException {
        int at = call.indexOf('(');
        JsonNode arguments = JSON.readTree(call.substring(at + 1, call.length() - 1));
        switch (call.substring(0, at)) {
            case "weather" -> {
                assertThat(arguments.properties().stream().map(Map.Entry::getKey)).containsExactly("place", "days");
                assertThat(arguments.path("place").isTextual() && arguments.path("days").isIntegralNumber()).as(call)
                        .isTrue();
            }
            case "weather_map" -> {
                assertThat(arguments.path("zoom").isNumber()).as(call).isTrue();
                assertThat(arguments.path("kind").asText()).isIn("rain", "wind");
            }
            case "now" -> assertThat(arguments).isEqualTo(JSON.createObjectNode());
            default -> throw new AssertionError(call);
        }
    }

    @Test
    void whatIsDemandedIsCalled() throws JsonProcessingException {
        int several = 0;
        for (long seed = 0; seed < 100; seed++) {
            var written = write(tools(MARKED, ToolChoice.REQUIRED, false, WEATHER, WEATHER_MAP, NOW), null, seed,
                    Begun.NOTHING, 4000);
            assertThat(written.text()).isEmpty();
            assertThat(written.end().reason()).isEqualTo(FinishReason.TOOL_CALLS);
            assertThat(written.calls()).isNotEmpty();
            for (var call : written.calls()) {
                assertIsCall(call);
            }
            several += written.calls().size() > 1 ? 1 : 0;
        }
        assertThat(several).isPositive();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void oneCallIsOne(boolean isMarked) throws JsonProcessingException {
        for (long seed = 0; seed < 50; seed++) {
            var written = write(tools(isMarked ? MARKED : SPELLED, ToolChoice.REQUIRED, true, WEATHER, NOW), null, seed,
                    Begun.NOTHING, 4000);
            assertThat(written.calls()).hasSize(1);
            assertIsCall(written.calls().getFirst());
        }
    }

    @Test
    void theModelMayCallAfterItHasSpoken() throws JsonProcessingException {
        var script = new int[]{'a' + 1, 'b' + 1, CALL};
        for (long seed = 0; seed < 50; seed++) {
            var written = write(tools(MARKED, ToolChoice.AUTO, true, WEATHER, NOW), null, seed, Begun.NOTHING, 4000,
                    script);
            assertThat(written.text()).isEqualTo("ab");
            assertThat(written.calls()).hasSize(1);
            assertIsCall(written.calls().getFirst());
            assertThat(written.end().reason()).isEqualTo(FinishReason.TOOL_CALLS);
        }
    }

    @Test
    void orSpeakOnly() {
        var written = write(tools(MARKED, ToolChoice.AUTO, false, WEATHER), null, 1, Begun.NOTHING, 4000, 'h' + 1,
                'i' + 1, STOP);
        assertThat(written.text()).isEqualTo("hi");
        assertThat(written.calls()).isEmpty();
        assertThat(written.end().reason()).isEqualTo(FinishReason.STOP);
    }

    @Test
    void withoutATokenOfItsOwnACallIsWhatTheAnswerBeginsWith() throws JsonProcessingException {
        for (long seed = 0; seed < 50; seed++) {
            var written = write(tools(SPELLED, ToolChoice.AUTO, true, WEATHER, NOW), null, seed, Begun.NOTHING, 4000,
                    spelled("\n {\"name\": \"n"));
            assertThat(written.text()).isBlank();
            assertThat(written.calls()).hasSize(1);
            assertIsCall(written.calls().getFirst());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"name\": 7}", "{\"nam", "so: {\"name\": \"now\", \"parameters\": {}}", " {",
        "{\"name\": \"xylophone\"}"})
    void whatOnlyLooksLikeACallIsText(String text) {
        var script = new int[text.length() + 1];
        System.arraycopy(spelled(text), 0, script, 0, text.length());
        var written = write(tools(SPELLED, ToolChoice.AUTO, true, WEATHER, NOW), null, 3, Begun.NOTHING, 4000, script);
        if (text.contains("xylophone")) { // begun as a call it is one, of what there is
            assertThat(written.calls()).hasSize(1);
        } else {
            assertThat(written.text()).isEqualTo(text);
            assertThat(written.end().reason()).isEqualTo(FinishReason.STOP);
        }
    }

    @Test
    void aFormAndToolsAreOneOrTheOther() throws JsonProcessingException {
        var schema = "{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\"}},\"required\":[\"n\"]}";
        int called = 0;
        for (long seed = 0; seed < 100; seed++) {
            var written = write(tools(MARKED, ToolChoice.AUTO, true, NOW), schema, seed, Begun.NOTHING, 4000);
            if (written.calls().isEmpty()) {
                assertThat(JSON.readTree(written.text()).path("n").isIntegralNumber()).isTrue();
            } else {
                assertThat(written.calls()).hasSize(1);
                assertIsCall(written.calls().getFirst());
                assertThat(written.text()).isBlank();
                called++;
            }
        }
        assertThat(called).isBetween(1, 99);
    }

    @Test
    void outOfTokensACallIsCut() {
        var written = write(tools(MARKED, ToolChoice.REQUIRED, false, WEATHER), null, 5, Begun.NOTHING, 30);
        assertThat(written.end().reason()).isEqualTo(FinishReason.LENGTH);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 11})
    void cutAfterAnyPieceItGoesOnElsewhereAsIfItHadNotBeen(int seed) {
        var tools = tools(MARKED, ToolChoice.AUTO, false, WEATHER, WEATHER_MAP);
        var script = new int[]{'a' + 1, 'b' + 1, CALL};
        var whole = write(tools, null, seed, Begun.NOTHING, 4000, script);
        for (int cut = 1; cut < whole.told().size(); cut++) {
            var known = new Written(whole.end(), whole.told().subList(0, cut));
            var begun = new Begun(known.told().stream().flatMap(piece -> piece.tokens().stream()).toList(),
                    known.text().length(), 0, 0,
                    (int) known.told().stream().filter(piece -> !piece.name().isEmpty()).count(),
                    known.told().stream().mapToInt(
                            piece -> piece.arguments().codePointCount(0, piece.arguments().length())).sum());
            var rest = write(tools, null, seed, begun, 4000, script);
            var joined = new ArrayList<>(known.told());
            joined.addAll(rest.told());
            var both = new Written(rest.end(), joined);
            assertThat(both.end()).isEqualTo(whole.end());
            assertThat(both.text()).isEqualTo(whole.text());
            assertThat(both.calls()).as("cut after %d", cut).isEqualTo(whole.calls());
        }
    }

    @Test
    void aMarkIsNoPartOfAnArgument() {
        // Of a string's bytes none may be a mark's, whatever the model wants.
        var tools = tools(MARKED, ToolChoice.REQUIRED, true, WEATHER);
        for (long seed = 0; seed < 20; seed++) {
            var script = new int[200];
            Arrays.fill(script, CALLED);
            var written = write(tools, null, seed, Begun.NOTHING, 4000, script);
            assertThat(written.calls()).hasSize(1);
            assertThat(written.calls().getFirst()).doesNotContain("tool_call");
        }
    }
}
