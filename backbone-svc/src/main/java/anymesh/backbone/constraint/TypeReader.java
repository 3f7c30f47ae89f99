// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.constraint;

import anymesh.backbone.constraint.Rule.Member;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;

/** Reads one schema that says of what types a value is, and what holds for each of them. */
final class TypeReader {
    private static final Set<String> TYPES = Set.of("object", "array", "string", "number", "integer", "boolean",
            "null");
    private static final int MOST_ITEMS = 100_000;
    private static final int MOST_PROPERTIES = 500;

    private final JsonNode schema;
    private final String path;
    private final BiFunction<JsonNode, String, Rule> inner;

    /** {@code inner} reads a schema inside of this one, given its path. */
    TypeReader(JsonNode schema, String path, BiFunction<JsonNode, String, Rule> inner) {
        this.schema = schema;
        this.path = path;
        this.inner = inner;
    }

    /** Where no type is said it is that of which something else is said. */
    Rule read() {
        var types = types(schema, path);
        if (types.isEmpty()) {
            return schema.has("properties") || schema.has("required") || schema.has("additionalProperties")
                    ? object()
                    : schema.has("items") || schema.has("minItems") || schema.has("maxItems")
                            ? array()
                            : schema.has("minLength") || schema.has("maxLength") ? string() : Rules.ANY;
        }
        var rules = types.stream().map(this::of).toList();
        return rules.size() == 1 ? rules.getFirst() : new Rule.Choice(rules);
    }

    /** The types of a schema; none where it says none. */
    static Set<String> types(JsonNode schema, String path) {
        var type = schema.path("type");
        var types = new LinkedHashSet<String>();
        if (type.isMissingNode()) {
            return types;
        }
        for (JsonNode one : type.isArray() ? type : List.of(type)) {
            if (!one.isTextual() || !TYPES.contains(one.textValue())) {
                throw SchemaReader.invalid(path + ".type", "expected one of %s, or an array of them".formatted(
                        TYPES.stream().sorted().toList()));
            }
            types.add(one.textValue());
        }
        if (types.isEmpty()) {
            throw SchemaReader.invalid(path + ".type", "expected a type");
        }
        return types;
    }

    private Rule of(String type) {
        return switch (type) {
            case "object" -> object();
            case "array" -> array();
            case "string" -> string();
            case "number" -> new Rule.Terminal(NumberLeaf.NUMBER);
            case "integer" -> new Rule.Terminal(NumberLeaf.INTEGER);
            case "boolean" -> Rules.BOOLEAN;
            default -> Rules.NULL;
        };
    }

    private Rule string() {
        int min = count("minLength", 0, StringLeaf.UNLIMITED);
        int max = count("maxLength", StringLeaf.UNLIMITED, StringLeaf.UNLIMITED);
        requireOrder(min, max, "maxLength");
        return new Rule.Terminal(min == 0 && max == StringLeaf.UNLIMITED ? StringLeaf.ANY : new StringLeaf(min, max));
    }

    private Rule array() {
        int min = count("minItems", 0, MOST_ITEMS);
        int max = count("maxItems", Rule.Items.UNLIMITED, Rule.Items.UNLIMITED);
        requireOrder(min, max, "maxItems");
        var items = schema.path("items");
        return Rules.array(items.isMissingNode() ? Rules.ANY : inner.apply(items, path + ".items"), min, max);
    }

    private int count(String keyword, int otherwise, int most) {
        var count = schema.path(keyword);
        if (count.isMissingNode()) {
            return otherwise;
        }
        if (!count.isNumber() || count.decimalValue().stripTrailingZeros().scale() > 0
                || count.decimalValue().signum() < 0) {
            throw SchemaReader.invalid(path + "." + keyword, "expected a whole number, not negative");
        }
        if (keyword.startsWith("min") && count.doubleValue() > most) {
            throw SchemaReader.invalid(path + "." + keyword, "expected at most %d".formatted(most));
        }
        return (int) Math.min(most, count.doubleValue());
    }

    private void requireOrder(int min, int max, String keyword) {
        if (min > max) {
            throw SchemaReader.invalid(path + "." + keyword, "the least is %d and the most %d".formatted(min, max));
        }
    }

    /** An object of known members has no others, whether or not it might: that is one of those that it may be. */
    private Rule object() {
        var properties = schema.path("properties");
        var others = schema.path("additionalProperties");
        if (!properties.isMissingNode() && !properties.isObject()) {
            throw SchemaReader.invalid(path + ".properties", "expected an object");
        }
        if (properties.size() > MOST_PROPERTIES) {
            throw SchemaReader.invalid(path + ".properties", "expected at most %d".formatted(MOST_PROPERTIES));
        }
        var required = required(properties);
        if (properties.isEmpty() && !(others.isBoolean() && !others.booleanValue())) {
            return Rules.map(others.isMissingNode() ? Rules.ANY : inner.apply(others, path + ".additionalProperties"));
        }
        if (!others.isMissingNode() && !others.isBoolean()) {
            throw SchemaReader.invalid(path + ".additionalProperties",
                    "a schema is not supported beside 'properties'; expected false");
        }
        var members = new ArrayList<Member>();
        properties.properties().forEach(property -> {
            var value = inner.apply(property.getValue(),
                    path + ".properties." + SchemaReader.abbreviated(property.getKey()));
            members.add(Rules.member(property.getKey(), value, required.contains(property.getKey())));
        });
        return Rules.object(members);
    }

    private Set<String> required(JsonNode properties) {
        var required = schema.path("required");
        var names = new LinkedHashSet<String>();
        if (required.isMissingNode()) {
            return names;
        }
        if (!required.isArray()) {
            throw SchemaReader.invalid(path + ".required", "expected an array of names");
        }
        required.forEach(name -> {
            if (!name.isTextual() || !properties.has(name.textValue())) {
                throw SchemaReader.invalid(path + ".required", "'%s' is not in 'properties'".formatted(
                        SchemaReader.abbreviated(name.asText())));
            }
            names.add(name.textValue());
        });
        return names;
    }
}
