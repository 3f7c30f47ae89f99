// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.model;

import anymesh.kit.catalogue.Component;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What is wrong with a JSON file in the words of who wrote it: the key, what it is and what it should be, and no name of a class. */
public final class JsonFault {
    private JsonFault() {}

    /** Of a text that isn't JSON. */
    public static String of(JsonProcessingException e) {
        var at = e.getLocation();
        return "not JSON%s: %s".formatted(at == null
                ? ""
                : " at line %d, column %d".formatted(at.getLineNr(),
                        at.getColumnNr()),
                e.getOriginalMessage());
    }

    /** Of JSON that is something else than was asked for. */
    static String of(JsonNode json, JsonMappingException e) {
        var key = new StringBuilder();
        var found = json;
        for (var step : e.getPath()) {
            var name = step.getFieldName();
            key.append(name == null ? "[%d]".formatted(step.getIndex()) : key.isEmpty() ? name : "." + name);
            found = name == null ? found.path(step.getIndex()) : found.path(name);
        }
        var at = key.isEmpty() ? "" : key + ": ";
        // A record that refuses its parts says which by itself.
        return e.getCause() != null
                ? at + e.getCause().getMessage()
                : "%s%s (expected: %s)".formatted(at, what(found),
                        expected(e instanceof MismatchedInputException wrong ? wrong.getTargetType() : null));
    }

    private static String what(JsonNode found) {
        return found.isMissingNode()
                ? "absent"
                : found.isObject() ? "an object" : found.isArray() ? "a list" : found.toString();
    }

    private static String expected(@Nullable Class<?> type) {
        if (type == null) {
            return "something else";
        }
        if (type.isEnum()) {
            return Arrays.stream(type.getEnumConstants())
                    .map(constant -> constant instanceof Component component ? component.json() : constant.toString())
                    .collect(Collectors.joining(", "));
        }
        if (type == String.class) {
            return "a text";
        }
        if (type == int.class || type == Integer.class || type == long.class || type == Long.class) {
            return "a whole number";
        }
        if (type == boolean.class || type == Boolean.class) {
            return "true or false";
        }
        if (type.isPrimitive() || Number.class.isAssignableFrom(type)) {
            return "a number";
        }
        return List.class.isAssignableFrom(type)
                ? "a list"
                : Map.class.isAssignableFrom(type) || type.isRecord()
                        ? "an object"
                        : "something else";
    }
}
