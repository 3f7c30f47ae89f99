// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.answer;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.backbone.bundle.SignalSpec;
import anymesh.backbone.bundle.StopRules;
import anymesh.backbone.constraint.Schema;
import anymesh.backbone.constraint.TokenTrie;
import anymesh.backbone.constraint.Vocabularies;
import anymesh.backbone.tools.CallReader;
import anymesh.v1.FinishReason;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.ByteArrayOutputStream;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers of a model of noise at temperature 1, held to schemas: what they are is the schema's doing alone. */
class DocumentAnswerTest {
    private static final int SEEDS = 100;
    private static final Map<Integer, byte[]> TEXTS = Vocabularies.of(300);
    private static final int VOCABULARY = TEXTS.size() + 1;
    private static final TokenTrie TOKENS = TokenTrie.of(VOCABULARY, TEXTS);
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** What came of one seed, piece by piece. */
    private record Told(String text, List<Integer> tokens) {}

    private static AnswerEnd write(String schema, long seed, Begun begun, List<Told> told) {
        var sink = new AnswerSink() {
            @Override
            public void text(String delta, List<TokenLogprob> logprobs, List<Integer> tokens) {
                told.add(new Told(delta, tokens));
            }

            @Override
            public void signal(SignalSpec signal, float[] states, List<Integer> tokens) {
                throw new AssertionError("a document has no signals");
            }

            @Override
            public void call(CallReader.Delta delta, List<Integer> tokens) {
                throw new AssertionError("a document has no calls");
            }
        };
        var answer = new Answer(new SamplingOptions(new Warping(1, 0, 1, 0), 1, seed, 400, List.of()), new long[0],
                new MediaOptions(true, List.of(), List.of(), 8), List.of(), new StopRules(Set.of(0L), List.of("t")), 1,
                DocumentAnswerTest::decode, new AnswerForm(Schema.read(json(schema)).begin(TOKENS), null, null), begun,
                sink);
        for (int step = 0;; step++) {
            if (answer.advance(logits(seed, step), FloatBuffer.allocate(1)) instanceof Next.End(AnswerEnd end)) {
                return end;
            }
        }
    }

    /** A function of the place alone, as if it were of what stands before. */
    private static float[] logits(long seed, int step) {
        var noise = new Random(seed * 1000 + step);
        var logits = new float[VOCABULARY];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (float) noise.nextGaussian();
        }
        return logits;
    }

    private static String json(String apostrophes) {
        return apostrophes.replace('\'', '"');
    }

    private static String decode(long[] tokens) {
        var bytes = new ByteArrayOutputStream();
        for (long token : tokens) {
            bytes.writeBytes(TEXTS.getOrDefault((int) token, new byte[0]));
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static String joined(List<Told> told) {
        return String.join("", told.stream().map(Told::text).toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{'type':'object'}", "{'type':'number'}", "{'type':'integer'}",
        "{'type':['null','boolean']}", "{'enum':['a','ab','a\\'b',1,1.5,null,{'x':[1,2]},'é']}",
        "{'const':{'a':'b'}}", "{'type':'string','minLength':3,'maxLength':7}",
        "{'type':'array','items':{'type':'integer'},'minItems':2,'maxItems':4}",
        "{'type':'object','properties':{'name':{'type':'string'},'age':{'type':'integer'},'tags':{'type':'array',"
                + "'items':{'enum':['x','y']}}},'required':['name','age','tags'],'additionalProperties':false}",
        "{'type':'object','properties':{'a':{'type':'null'},'b':{'type':'boolean'},'c':{'type':['string','null']},"
                + "'d':{'type':'number'}},'required':['c'],'additionalProperties':false}",
        "{'type':'object','properties':{},'additionalProperties':false}",
        "{'type':'object','additionalProperties':{'type':'integer'}}",
        "{'anyOf':[{'type':'object','properties':{'kind':{'const':'a'},'x':{'type':'integer'}},'required':['kind',"
                + "'x'],'additionalProperties':false},{'type':'object','properties':{'kind':{'const':'ab'},"
                + "'y':{'type':'boolean'}},'required':['kind','y'],'additionalProperties':false},{'type':'null'}]}",
        "{'$ref':'#/$defs/tree','$defs':{'tree':{'type':'object','properties':{'value':{'type':'boolean'},"
                + "'children':{'type':'array','maxItems':2,'items':{'$ref':'#/$defs/tree'}}},"
                + "'required':['value','children'],'additionalProperties':false}}}",
        "{'type':'object','properties':{'é \\'q\\'':{'items':{'type':'string','maxLength':2},'maxItems':3}},"
                + "'required':['é \\'q\\''],'additionalProperties':false}"})
    void everyAnswerThatEndsIsWhatItsSchemaAllows(String schema) throws JsonProcessingException {
        var validator = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(json(schema));
        int ended = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            var told = new ArrayList<Told>();
            if (write(schema, seed, Begun.NOTHING, told).reason() == FinishReason.STOP) {
                ended++;
                assertThat(validator.validate(JSON.readTree(joined(told)))).as(joined(told)).isEmpty();
            }
        }
        assertThat(ended).as("the others were cut").isGreaterThan(SEEDS / 2);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 11})
    void cutAfterAnyPieceItGoesOnElsewhereAsIfItHadNotBeen(int seed) {
        var schema = "{'type':'object','properties':{'a':{'type':'string','maxLength':20},'b':{'type':'array',"
                + "'items':{'type':'integer'}}},'required':['a','b']}";
        var whole = new ArrayList<Told>();
        var end = write(schema, seed, Begun.NOTHING, whole);
        for (int cut = 1; cut < whole.size(); cut++) {
            var known = whole.subList(0, cut);
            var begun = new Begun(known.stream().flatMap(piece -> piece.tokens().stream()).toList(),
                    joined(known).codePointCount(0, joined(known).length()), 0, 0, 0, 0);
            var rest = new ArrayList<Told>();
            assertThat(write(schema, seed, begun, rest)).isEqualTo(end);
            assertThat(joined(known) + joined(rest)).as("cut after %d", cut).isEqualTo(joined(whole));
        }
    }

    /** The mask rules out and leaves the rest as it is: of what may come, the odds are the model's. */
    @Test
    void whatMayComeIsDrawnAsTheModelWouldDrawIt() {
        int drawn = 0;
        double expected = 0;
        for (int seed = 0; seed < 1000; seed++) {
            var told = new ArrayList<Told>();
            write("{'enum':['aaaaaaaa','bbbbbbbb']}", seed, Begun.NOTHING, told);
            // Where the quote came alone, in the first step, the second one chooses.
            if (told.getFirst().text().equals("\"")) {
                double a = weight(logits(seed, 1), "a+");
                expected += a / (a + weight(logits(seed, 1), "b+"));
                drawn += joined(told).startsWith("\"a") ? 1 : 0;
            }
        }
        assertThat(expected).isGreaterThan(50);
        assertThat((double) drawn).isBetween(expected - 3 * Math.sqrt(expected), expected + 3 * Math.sqrt(expected));
    }

    private static double weight(float[] logits, String pattern) {
        return TEXTS.entrySet().stream()
                .filter(token -> new String(token.getValue(), StandardCharsets.UTF_8).matches(pattern))
                .mapToDouble(token -> Math.exp(logits[token.getKey()])).sum();
    }
}
