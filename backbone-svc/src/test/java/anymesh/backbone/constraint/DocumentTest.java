// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.constraint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.wire.error.InvalidInput;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DocumentTest {
    private static final Map<Integer, byte[]> TEXTS = Vocabularies.of(200);
    private static final int VOCABULARY = TEXTS.size() + 1;
    private static final TokenTrie TOKENS = TokenTrie.of(VOCABULARY, TEXTS);

    private static Document begin(String schema) {
        return Schema.read(schema.replace('\'', '"')).begin(TOKENS);
    }

    private static Document write(String schema, String text) {
        var document = begin(schema);
        for (byte octet : text.replace('\'', '"').getBytes(StandardCharsets.UTF_8)) {
            if (!document.accept(1 + (octet & 0xFF))) {
                throw new AssertionError("refused in " + text);
            }
        }
        return document;
    }

    /** The walk through the tree, with its short cuts, against all tokens one by one. */
    @ParameterizedTest
    @ValueSource(strings = {"{'type':'object'}", "{'type':'string','minLength':2,'maxLength':9}",
        "{'type':'string','minLength':40}",
        "{'anyOf':[{'type':'array','items':{'type':'number'}},{'type':'array','items':{'type':'string'}},"
                + "{'const':'etas'}]}",
        "{'type':'object','properties':{'a':{'type':'integer'},'e':{'type':'string'},'t':{}}}"})
    void theMaskLetsThroughWhatTheDocumentCanGoOnWith(String schema) {
        for (int seed = 0; seed < 2; seed++) {
            var random = new Random(seed);
            var written = new ArrayList<Integer>();
            for (int step = 0; step < 25; step++) {
                var logits = new float[VOCABULARY];
                var document = replay(schema, written);
                document.mask(logits, Set.of(0L));
                var allowed = new ArrayList<Integer>();
                for (int token = 1; token < VOCABULARY; token++) {
                    if (Float.isFinite(logits[token])) {
                        allowed.add(token);
                    }
                }
                assertThat(Float.isFinite(logits[0])).isEqualTo(document.isComplete());
                assertThat(allowed).isEqualTo(accepted(schema, written));
                if (allowed.isEmpty()) {
                    assertThat(document.isOver()).isTrue();
                    break;
                }
                written.add(allowed.get(random.nextInt(allowed.size())));
            }
        }
    }

    private static List<Integer> accepted(String schema, List<Integer> written) {
        var accepted = new ArrayList<Integer>();
        for (int token = 1; token < VOCABULARY; token++) {
            if (replay(schema, written).accept(token)) {
                accepted.add(token);
            }
        }
        return accepted;
    }

    private static Document replay(String schema, List<Integer> written) {
        var document = begin(schema);
        written.forEach(token -> assertThat(document.accept(token)).isTrue());
        return document;
    }

    @Test
    void itMayEndWhereItIsCompleteAndHasToWhereNothingCanFollow() {
        assertThat(write("{'type':'integer'}", "12").isComplete()).isTrue();
        assertThat(write("{'type':'integer'}", "12").isOver()).isFalse();
        assertThat(write("{'type':'object'}", "{'a':1").isComplete()).isFalse();
        assertThat(write("{'type':'object'}", "{'a': [1, 2]\n}").isOver()).isTrue();
        assertThat(write("{'enum':['a','b']}", " 'a'").isOver()).isTrue();
    }

    @Test
    void aDeepDocumentIsTaken() {
        assertThat(write("{'type':'array'}", "[".repeat(3000) + "]".repeat(3000)).isOver()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"{'type':'string','pattern':'a'}|json_schema.pattern",
        "{'type':'object','properties':{'a':{'type':'number','minimum':1}}}|json_schema.properties.a.minimum",
        "{'oneOf':[{}]}|json_schema.oneOf", "{'anyOf':[{'type':'null'},{'not':{}}]}|json_schema.anyOf[1].not",
        "{'anyOf':[]}|json_schema.anyOf", "{'type':'text'}|json_schema.type", "{'type':[]}|json_schema.type",
        "[]|json_schema", "{'enum':[]}|json_schema.enum", "{'type':'string','enum':[1]}|json_schema.enum",
        "{'type':'object','required':['a']}|json_schema.required",
        "{'type':'array','minItems':3,'maxItems':2}|json_schema.maxItems", "{'minLength':-1}|json_schema.minLength",
        "{'type':'array','items':{'$ref':'#/$defs/a'}}|json_schema.items.$ref",
        "{'$ref':'http://h/'}|json_schema.$ref", "{'$ref':'#'}|json_schema.$ref",
        "{'anyOf':[{'$ref':'#'},{'type':'null'}]}|json_schema.anyOf[0].$ref",
        "{'type':'object','properties':{'a':{'$ref':'#'}},'required':['a']}|json_schema.properties.a.$ref",
        "{'properties':{'a':{}},'additionalProperties':{'type':'null'}}|json_schema.additionalProperties",
        "{'anyOf':[{}],'type':'object'}|json_schema.type", "{'$ref':'#/%zz'}|json_schema.$ref", "{|json_schema"})
    void whatCantBeHeldToIsRefusedByItsPlace(String schema, String param) {
        assertThatThrownBy(() -> begin(schema)).isInstanceOfSatisfying(InvalidInput.class,
                e -> assertThat(e.param()).isEqualTo(param));
    }

    /** Each level could be of either kind, and which it is shows only at its end. */
    @Test
    void aSchemaOfTooManyWaysEndsItsAnswer() {
        var schema = "{'anyOf':[{'type':'array','maxItems':2,'items':{'$ref':'#'}},"
                + "{'type':'array','maxItems':3,'items':{'$ref':'#'}}]}";
        assertThatThrownBy(() -> write(schema, "[".repeat(100))).isInstanceOfSatisfying(InvalidInput.class,
                e -> assertThat(e.param()).isEqualTo("json_schema"));
    }
}
