// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Fills a configuration record: defaults, over them a YAML file, over that the environment. A key {@code batch.maxQueue}
 * is the variable {@code ANYMESH_BATCH_MAXQUEUE}; lists are separated by commas, durations are written as {@code PT30S}.
 */
public final class ConfigLoader {
    private static final String PREFIX = "ANYMESH_";
    private static final ObjectMapper YAML = JsonMapper.builder(new YAMLFactory())
            .addModule(new JavaTimeModule())
            // By itself a path is written as an absolute URI.
            .addModule(new SimpleModule().addSerializer(Path.class, ToStringSerializer.instance))
            .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
            .enable(DeserializationFeature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .build();

    private ConfigLoader() {}

    /**
     * Loads a record. Throws {@link IllegalArgumentException} naming the key and what is wrong with it: one that the
     * record hasn't got, a value of another type, or one that the record's own check refuses.
     */
    public static <T> T load(Class<T> type, T defaults, @Nullable Path yaml, Map<String, String> environment) {
        ObjectNode tree = YAML.valueToTree(defaults);
        if (yaml != null) {
            merge(tree, readYaml(yaml));
        }
        applyEnvironment(tree, PREFIX, environment);
        try {
            return YAML.treeToValue(tree, type);
        } catch (UnrecognizedPropertyException e) {
            throw new IllegalArgumentException(
                    "unknown key '%s' (known: %s)".formatted(path(e), e.getKnownPropertyIds()), e);
        } catch (JsonProcessingException e) {
            var cause = e.getCause() instanceof IllegalArgumentException refused
                    ? refused.getMessage()
                    : e.getOriginalMessage();
            throw new IllegalArgumentException(cause, e);
        }
    }

    private static ObjectNode readYaml(Path yaml) {
        try {
            var node = YAML.readTree(yaml.toFile());
            return node instanceof ObjectNode object ? object : YAML.createObjectNode();
        } catch (IOException e) {
            throw new IllegalArgumentException(yaml + ": " + e.getMessage(), e);
        }
    }

    private static void merge(ObjectNode into, ObjectNode from) {
        from.properties().forEach(entry -> {
            var mine = into.get(entry.getKey());
            if (mine instanceof ObjectNode inner && entry.getValue() instanceof ObjectNode outer) {
                merge(inner, outer);
            } else {
                into.set(entry.getKey(), entry.getValue());
            }
        });
    }

    private static void applyEnvironment(ObjectNode tree, String prefix, Map<String, String> environment) {
        for (var entry : tree.properties()) {
            var variable = prefix + entry.getKey().toUpperCase(Locale.ROOT);
            if (entry.getValue() instanceof ObjectNode inner) {
                applyEnvironment(inner, variable + "_", environment);
            } else if (environment.containsKey(variable)) {
                entry.setValue(value(entry.getValue(), environment.get(variable)));
            }
        }
    }

    private static JsonNode value(JsonNode before, @Nullable String text) {
        if (before.isArray()) {
            var list = YAML.createArrayNode();
            for (var item : String.valueOf(text).split(",", -1)) {
                list.add(item.strip());
            }
            return list;
        }
        return YAML.getNodeFactory().textNode(text);
    }

    private static String path(UnrecognizedPropertyException e) {
        return e.getPath().stream().map(reference -> String.valueOf(reference.getFieldName()))
                .collect(Collectors.joining("."));
    }
}
