// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.imports;

import anymesh.kit.model.BundleException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An object of a JSON file that somebody else wrote, asked key by key. A key that is absent or null is empty; one that is of
 * another kind than is asked for is a {@link BundleException} that names the file and the key.
 *
 * @param where the file, and the key of the object in it, for messages
 */
public record JsonKeys(String where, ObjectNode json) {

    /** One without keys. */
    public static JsonKeys none(String where) {
        return new JsonKeys(where, JsonNodeFactory.instance.objectNode());
    }

    /** The first of these keys that is there. */
    private Optional<String> first(String... keys) {
        for (var key : keys) {
            if (json.hasNonNull(key)) {
                return Optional.of(key);
            }
        }
        return Optional.empty();
    }

    public boolean has(String key) {
        return json.hasNonNull(key);
    }

    /** The first of these keys that is there, a whole number of at least 1 that fits an int. */
    public Optional<Integer> size(String... keys) {
        return first(keys).map(key -> {
            var node = json.get(key);
            if (!node.isIntegralNumber() || !node.canConvertToInt() || node.intValue() < 1) {
                throw wrong(key, node, "a whole number, 1 or more");
            }
            return node.intValue();
        });
    }

    /** Whole numbers: a list, or one alone. */
    public List<Long> numbers(String key) {
        var node = json.path(key);
        if (!json.hasNonNull(key)) {
            return List.of();
        }
        var numbers = new ArrayList<Long>();
        if (node.isArray()) {
            node.forEach(element -> numbers.add(whole(key, element)));
        } else {
            numbers.add(whole(key, node));
        }
        return numbers;
    }

    private long whole(String key, JsonNode node) {
        if (!node.isIntegralNumber() || !node.canConvertToLong()) {
            throw wrong(key, node, "a whole number");
        }
        return node.longValue();
    }

    public Optional<Boolean> flag(String key) {
        return first(key).map(found -> {
            if (!json.get(found).isBoolean()) {
                throw wrong(found, json.get(found), "true or false");
            }
            return json.get(found).booleanValue();
        });
    }

    public Optional<Double> number(String key) {
        return first(key).map(found -> {
            var node = json.get(found);
            if (!node.isNumber() || !Double.isFinite(node.doubleValue())) {
                throw wrong(found, node, "a number");
            }
            return node.doubleValue();
        });
    }

    public Optional<String> text(String key) {
        return first(key).map(found -> {
            if (!json.get(found).isTextual()) {
                throw wrong(found, json.get(found), "a text");
            }
            return json.get(found).textValue();
        });
    }

    /** A token: a text, or an object with its {@code content}, as tokenizers write it. */
    public Optional<String> token(String key) {
        return first(key).map(found -> {
            var node = json.get(found);
            var content = node.isObject() ? node.path("content") : node;
            if (!content.isTextual()) {
                throw wrong(found, node, "a text, or an object with content");
            }
            return content.textValue();
        });
    }

    public Optional<JsonKeys> object(String key) {
        return first(key).map(found -> {
            if (json.get(found) instanceof ObjectNode object) {
                return new JsonKeys(where + ": " + found, object);
            }
            throw wrong(found, json.get(found), "an object");
        });
    }

    /** A {@link BundleException} of what stands there and what should. */
    public BundleException wrong(String key, JsonNode found, String expected) {
        var text = found.isContainerNode() ? (found.isArray() ? "a list" : "an object") : found.toString();
        return new BundleException("%s: %s: %s (expected: %s)".formatted(where, key,
                text.length() > 100 ? text.substring(0, 100) + "…" : text, expected));
    }
}
