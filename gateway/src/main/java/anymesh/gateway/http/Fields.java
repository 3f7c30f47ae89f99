// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.body.Characters;
import anymesh.gateway.body.FormFile;
import anymesh.gateway.body.FormText;
import anymesh.gateway.body.JsonString;
import anymesh.wire.error.InvalidInput;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.POJONode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a JSON object, or of a form, and where it stands in the request, so that every complaint names the field at fault.
 * A field that is absent or null reads as null; one of the wrong type or out of range throws {@link InvalidInput}.
 *
 * @param links what becomes of URLs in it
 */
record Fields(JsonNode json, String path, Links links) {
    /** What one text may have, in the bytes of its JSON; OpenAI has the same limit for its characters. */
    private static final int MAX_TEXT_BYTES = 10 << 20;

    /** Those of a request whose URLs are not fetched. */
    Fields(JsonNode json, String path) {
        this(json, path, Links.REFUSED);
    }

    /** The same fields of a request whose URLs are. */
    Fields with(Links other) {
        return new Fields(json, path, other);
    }

    /** What is inside of this object. */
    Fields at(Element element) {
        return new Fields(element.value(), element.param(), links);
    }

    /** The name of a field of this object as errors report it: {@code messages[0].content}. */
    String param(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    boolean has(String name) {
        return json.hasNonNull(name);
    }

    @Nullable
    String string(String name) {
        JsonNode value = json.get(name);
        if (value == null || value.isNull()) {
            return null;
        }
        return text(value, param(name));
    }

    /** The text of a value that stands in this field. */
    static String text(JsonNode value, String param) {
        if (!isString(value)) {
            throw wrongType("a string", value, param);
        }
        if (!(value instanceof POJONode node && node.getPojo() instanceof JsonString text)) {
            checkLength(value.textValue().length(), param); // one of a form may be long too
            return wellFormed(value.textValue(), param);
        }
        checkLength(text.atMost(), param);
        return wellFormed(text.text(), param);
    }

    private static void checkLength(int length, String param) {
        if (length > MAX_TEXT_BYTES) {
            throw new InvalidInput("Invalid '%s': string too long. Expected a string with maximum length %d, but got a "
                    .formatted(param, MAX_TEXT_BYTES) + "string with length " + length + " instead.", param,
                    "string_above_max_length");
        }
    }

    /** A text, or one that was left where it stands in the body because it is long. */
    private static boolean isString(JsonNode value) {
        return value.isTextual() || (value instanceof POJONode node && node.getPojo() instanceof JsonString);
    }

    boolean isString(String name) {
        return isString(json.path(name));
    }

    boolean isArray(String name) {
        return json.path(name).isArray();
    }

    boolean isObject(String name) {
        return json.path(name).isObject();
    }

    /** A required string, however long, as characters to read. */
    Characters characters(String name) {
        JsonNode value = json.path(name);
        return value instanceof POJONode node && node.getPojo() instanceof JsonString text
                ? text
                : new Characters.Plain(requiredString(name));
    }

    String requiredString(String name) {
        String value = string(name);
        if (value == null) {
            throw missing(name);
        }
        return value;
    }

    /** A value as JSON has it; in a form, numbers and flags are texts. */
    JsonNode value(String name) {
        return FormText.typed(json.path(name));
    }

    /** The files of a form under this name, in order; none where there is no such field. */
    List<FormFile> files(String name) {
        List<FormFile> files = new ArrayList<>();
        JsonNode value = json.path(name);
        for (JsonNode one : value.isArray() ? value : List.of(value)) {
            if (one instanceof POJONode node && node.getPojo() instanceof FormFile file) {
                files.add(file);
            } else if (!one.isMissingNode()) {
                throw wrongType("a file", one, param(name));
            }
        }
        return files;
    }

    @Nullable
    Boolean bool(String name) {
        if (!has(name)) {
            return null;
        }
        JsonNode value = value(name);
        if (!value.isBoolean()) {
            throw wrongType("a boolean", value, param(name));
        }
        return value.booleanValue();
    }

    @Nullable
    Double number(String name, double min, double max) {
        if (!has(name)) {
            return null;
        }
        JsonNode value = value(name);
        if (!value.isNumber()) {
            throw wrongType("a number", value, param(name));
        }
        double number = value.doubleValue();
        if (!(number >= min && number <= max)) { // so written, NaN is out of range too
            throw invalid(name, "Invalid '%s': expected a value between %s and %s, but got %s.", plain(min), plain(max),
                    abbreviated(value.asText()));
        }
        return number;
    }

    @Nullable
    Long integer(String name, long min, long max) {
        if (!has(name)) {
            return null;
        }
        JsonNode value = value(name);
        if (!value.isIntegralNumber()) {
            throw wrongType("an integer", value, param(name));
        }
        if (!value.canConvertToLong() || value.longValue() < min || value.longValue() > max) {
            throw invalid(name, "Invalid '%s': expected an integer between %d and %d, but got %s.", min, max,
                    abbreviated(value.asText()));
        }
        return value.longValue();
    }

    @Nullable
    Fields object(String name) {
        JsonNode value = json.get(name);
        if (value == null || value.isNull()) {
            return null;
        }
        if (!value.isObject()) {
            throw wrongType("an object", value, param(name));
        }
        return new Fields(value, param(name), links);
    }

    Fields requiredObject(String name) {
        Fields value = object(name);
        if (value == null) {
            throw missing(name);
        }
        return value;
    }

    /** The objects of an array. */
    List<Fields> objects(String name) {
        List<Fields> objects = new ArrayList<>();
        for (Element element : elements(name)) {
            if (!element.value().isObject()) {
                throw wrongType("an object", element.value(), element.param());
            }
            objects.add(at(element));
        }
        return objects;
    }

    /** The strings of an array. */
    List<String> strings(String name) {
        List<String> strings = new ArrayList<>();
        for (Element element : elements(name)) {
            strings.add(text(element.value(), element.param()));
        }
        return strings;
    }

    /** A value and the field that it stands in. */
    record Element(JsonNode value, String param) {}

    /** The elements of an array, or what stands in its place alone. */
    List<Element> elementsOrOne(String name) {
        if (!has(name)) {
            throw missing(name);
        }
        return isArray(name) ? elements(name) : List.of(new Element(json.path(name), param(name)));
    }

    private List<Element> elements(String name) {
        JsonNode array = json.get(name);
        if (array == null || array.isNull()) {
            throw missing(name);
        }
        if (!array.isArray()) {
            throw wrongType("an array", array, param(name));
        }
        List<Element> elements = new ArrayList<>(array.size());
        for (int i = 0; i < array.size(); i++) {
            elements.add(new Element(array.get(i), param(name) + "[" + i + "]"));
        }
        return elements;
    }

    InvalidInput missing(String name) {
        return invalid(name, "Missing required parameter: '%s'.");
    }

    InvalidInput wrongType(String name, String expected) {
        return wrongType(expected, json.path(name), param(name));
    }

    private static InvalidInput wrongType(String expected, JsonNode actual, String param) {
        return new InvalidInput("Invalid type for '%s': expected %s, but got %s instead.".formatted(param, expected,
                switch (actual.getNodeType()) {
                    case ARRAY -> "an array";
                    case OBJECT -> "an object";
                    case BOOLEAN -> "a boolean";
                    case NUMBER -> actual.isIntegralNumber() ? "an integer" : "a number";
                    case POJO ->
                        actual instanceof POJONode node && node.getPojo() instanceof FormFile ? "a file" : "a string";
                    case STRING, BINARY -> "a string";
                    case NULL, MISSING -> "null";
                }), param);
    }

    /** A complaint about one field. The first {@code %s} of the message is the field's name. */
    InvalidInput invalid(String name, String message, Object... more) {
        var arguments = new ArrayList<Object>();
        arguments.add(param(name));
        arguments.addAll(List.of(more));
        return new InvalidInput(message.formatted(arguments.toArray()), param(name));
    }

    /** What a client sent, short enough to be told in a message. */
    static String abbreviated(String text) {
        return text.codePointCount(0, text.length()) <= 60
                ? text
                : text.substring(0, text.offsetByCodePoints(0, 60)) + "…";
    }

    private static String plain(double number) {
        return number == Math.rint(number) ? String.valueOf((long) number) : String.format(Locale.ROOT, "%s", number);
    }

    /** Half a surrogate pair is a string to JSON, but no text: UTF-8 cannot carry it on. */
    private static String wellFormed(String text, String param) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                if (Character.isLowSurrogate(c) || i + 1 == text.length()
                        || !Character.isLowSurrogate(text.charAt(i + 1))) {
                    throw new InvalidInput("Invalid '" + param + "': half of a surrogate pair is not text.", param);
                }
                i++;
            }
        }
        return text;
    }
}
