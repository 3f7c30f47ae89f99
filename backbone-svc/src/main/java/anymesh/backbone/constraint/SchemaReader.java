// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.constraint;

import anymesh.backbone.constraint.Rule.Choice;
import anymesh.backbone.constraint.Rule.Reference;
import anymesh.wire.error.InvalidInput;
import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Reads the part of JSON Schema (draft 2020-12) that OpenAI documents for its strict mode. What it doesn't know it refuses, as
 * the answer would not be held to it; or, where nobody was promised that, it lets through more than the schema does.
 */
final class SchemaReader {
    private static final int DEEPEST = 64;
    private static final int MOST_ALTERNATIVES = 128;
    private static final String DEFS = "$defs";

    private static final Set<String> SAY_NOTHING = Set.of("title", "description", "default", "examples", "$schema",
            "$id",
            "$comment", "deprecated", "readOnly", "writeOnly", DEFS, "definitions");
    private static final Set<String> OF_TYPES = Set.of("type", "properties", "required", "additionalProperties",
            "items",
            "minItems", "maxItems", "minLength", "maxLength");
    /** Of a schema with one of these, nothing else is looked at; so there may be nothing else. */
    private static final List<String> ALONE = List.of("$ref", "anyOf", "enum", "const");

    /** Of a schema with one of these, what the others say may not hold. */
    private static final Set<String> CHANGE_ALL = Set.of("allOf", "not", "if", "then", "else", "patternProperties",
            "prefixItems", "propertyNames", "contains", "dependentSchemas", "dependentRequired", "$dynamicRef");

    private final JsonNode root;
    private final String param;
    private final boolean isStrict;
    private final IdentityHashMap<JsonNode, Reference> byNode = new IdentityHashMap<>();
    private final List<Reference> references = new ArrayList<>();
    private final Map<String, JsonNode> found = new HashMap<>();

    private SchemaReader(JsonNode root, String param, boolean isStrict) {
        this.root = root;
        this.param = param;
        this.isStrict = isStrict;
    }

    /** Of a schema that all of which is enforced. {@code param}: where it stands in the request. */
    static SchemaReader strict(JsonNode root, String param) {
        return new SchemaReader(root, param, true);
    }

    /** Of one that is enforced as far as that can be. */
    static SchemaReader lenient(JsonNode root, String param) {
        return new SchemaReader(root, param, false);
    }

    Rule rule() {
        var value = read(root, param, 0);
        Productive.check(value, references);
        return value;
    }

    private Rule read(JsonNode schema, String path, int depth) {
        try {
            return readAll(schema, path, depth);
        } catch (InvalidInput e) {
            if (isStrict || depth == 0) {
                throw e;
            }
            return Rules.ANY;
        }
    }

    private Rule readAll(JsonNode schema, String path, int depth) {
        if (schema.isBoolean() && schema.booleanValue()) {
            return Rules.ANY;
        }
        if (!schema.isObject()) {
            throw invalid(path, "expected a schema, an object");
        }
        if (depth > DEEPEST) {
            throw invalid(path, "schemas are nested more than %d deep".formatted(DEEPEST));
        }
        schema.fieldNames().forEachRemaining(keyword -> {
            if (isStrict || CHANGE_ALL.contains(keyword)) {
                requireKnown(keyword, path);
            }
        });
        if (!isStrict && schema.has("oneOf")) {
            return anyOf(schema.path("oneOf"), path + ".oneOf", depth);
        }
        for (String keyword : ALONE) {
            if (schema.has(keyword)) {
                requireAlone(schema, keyword, path);
                return switch (keyword) {
                    case "$ref" -> reference(schema.path(keyword), path + "." + keyword, depth);
                    case "anyOf" -> anyOf(schema.path(keyword), path + "." + keyword, depth);
                    case "enum" -> values(schema.path(keyword), schema, path, keyword);
                    default -> values(List.of(schema.path(keyword)), schema, path, keyword);
                };
            }
        }
        return new TypeReader(schema, path, (inner, at) -> read(inner, at, depth + 1)).read();
    }

    private static void requireKnown(String keyword, String path) {
        if (!SAY_NOTHING.contains(keyword) && !OF_TYPES.contains(keyword) && !ALONE.contains(keyword)) {
            throw invalid(path + "." + keyword, "the keyword '%s' is not supported".formatted(abbreviated(keyword)));
        }
    }

    private void requireAlone(JsonNode schema, String keyword, String path) {
        schema.fieldNames().forEachRemaining(other -> {
            if (!isStrict && !OF_TYPES.contains(other)) {
                return;
            }
            boolean isType = other.equals("type") && (keyword.equals("enum") || keyword.equals("const"));
            if (!other.equals(keyword) && !SAY_NOTHING.contains(other) && !isType) {
                throw invalid(path + "." + other, "'%s' is not supported beside '%s'".formatted(other, keyword));
            }
        });
    }

    private Rule anyOf(JsonNode options, String path, int depth) {
        if (!options.isArray() || options.isEmpty() || options.size() > MOST_ALTERNATIVES) {
            throw invalid(path, "expected an array of 1 to %d schemas".formatted(MOST_ALTERNATIVES));
        }
        var read = new ArrayList<Rule>();
        for (int i = 0; i < options.size(); i++) {
            read.add(read(options.get(i), path + "[" + i + "]", depth + 1));
        }
        return new Choice(read);
    }

    private static Rule values(Iterable<JsonNode> values, JsonNode schema, String path, String keyword) {
        if (values instanceof JsonNode array && (!array.isArray() || array.isEmpty())) {
            throw invalid(path + "." + keyword, "expected an array of values");
        }
        var types = TypeReader.types(schema, path);
        var allowed = new LinkedHashSet<JsonNode>();
        values.forEach(value -> {
            if (types.isEmpty() || types.contains(type(value)) || (type(value).equals("integer") && types.contains(
                    "number"))) {
                allowed.add(value);
            }
        });
        if (allowed.isEmpty()) {
            throw invalid(path + "." + keyword, "no value is of the type");
        }
        return Rules.values(allowed);
    }

    private static String type(JsonNode value) {
        return value.isIntegralNumber() ? "integer" : value.getNodeType().name().toLowerCase(Locale.ROOT);
    }

    /** Each schema that is referred to is read once, so that it may refer to itself. */
    private Rule reference(JsonNode pointer, String path, int depth) {
        if (!pointer.isTextual() || !pointer.textValue().startsWith("#")) {
            throw invalid(path, "expected a reference into this schema, such as '#/$defs/name'");
        }
        var target = found.computeIfAbsent(pointer.textValue(), text -> find(text, path));
        var known = byNode.get(target);
        if (known != null) {
            return known;
        }
        var reference = new Reference(path);
        byNode.put(target, reference);
        references.add(reference);
        reference.is(read(target, path, depth + 1));
        return reference;
    }

    private JsonNode find(String pointer, String path) {
        JsonNode target;
        try {
            target = root.at(URLDecoder.decode(pointer.substring(1).replace("+", "%2B"),
                    StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            throw invalid(path, "'%s' is no JSON pointer".formatted(abbreviated(pointer)));
        }
        if (target.isMissingNode()) {
            throw invalid(path, "'%s' leads nowhere".formatted(abbreviated(pointer)));
        }
        return target;
    }

    static InvalidInput invalid(String path, String message) {
        return new InvalidInput("Invalid '%s': %s.".formatted(path, message), path);
    }

    static String abbreviated(String text) {
        return text.codePointCount(0, text.length()) <= 60
                ? text
                : text.substring(0, text.offsetByCodePoints(0, 60)) + "…";
    }
}
