// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.constraint;

import anymesh.backbone.constraint.Rule.Choice;
import anymesh.backbone.constraint.Rule.Reference;
import anymesh.backbone.constraint.Rule.Sequence;
import anymesh.backbone.constraint.Rule.Terminal;
import anymesh.wire.error.InvalidInput;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Calls of functions as a grammar: the name of one of them, then arguments that its parameters allow. */
public final class CallGrammar {

    /**
     * What stands between names and arguments and after them, as bytes.
     *
     * @param between from the arguments of one call to the name of the next; null where there is one call
     */
    @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
    public record Texts(byte[] middle, byte @Nullable [] between, byte[] closing) {}

    /**
     * What may be called.
     *
     * @param parameters a JSON Schema; missing if it takes none
     * @param isStrict whether parameters that can't be enforced are refused
     * @param param where they stand in the request
     */
    public record Function(String name, JsonNode parameters, boolean isStrict, String param) {}

    private CallGrammar() {}

    /** The grammar of one or more calls, from the first one's name on; {@link InvalidInput} naming the place of what a strict function can't have. */
    public static Schema read(Texts texts, List<Function> functions) {
        var calls = new ArrayList<Rule>();
        for (var function : functions) {
            calls.add(new Sequence(List.of(Terminal.literal(joined(function.name().getBytes(StandardCharsets.UTF_8),
                    texts.middle())), arguments(function))));
        }
        var call = new Choice(calls);
        Rule end = Terminal.literal(texts.closing());
        if (texts.between() != null) {
            var more = new Reference("tools");
            more.is(new Choice(List.of(end, new Sequence(List.of(Terminal.literal(texts.between()), call, more)))));
            end = more;
        }
        return new Schema(new Sequence(List.of(call, end)));
    }

    private static Rule arguments(Function function) {
        var parameters = function.parameters();
        boolean isEmpty = parameters.path("properties").isObject() && parameters.path("properties").isEmpty()
                && !parameters.path("additionalProperties").isObject();
        if (parameters.isMissingNode() || parameters.isNull() || isEmpty) {
            return Rules.object(List.of());
        }
        if (function.isStrict()) {
            var arguments = SchemaReader.strict(parameters, function.param()).rule();
            requireObject(parameters, function.param());
            return arguments;
        }
        try {
            requireObject(parameters, function.param());
            return SchemaReader.lenient(parameters, function.param()).rule();
        } catch (InvalidInput e) {
            return Rules.map(Rules.ANY); // the model has read what it is to be
        }
    }

    private static void requireObject(JsonNode parameters, String param) {
        if (!parameters.path("type").asText().equals("object")) {
            throw SchemaReader.invalid(param + ".type", "expected 'object'");
        }
    }

    private static byte[] joined(byte[] one, byte[] two) {
        var joined = new ByteArrayOutputStream();
        joined.writeBytes(one);
        joined.writeBytes(two);
        return joined.toByteArray();
    }
}
