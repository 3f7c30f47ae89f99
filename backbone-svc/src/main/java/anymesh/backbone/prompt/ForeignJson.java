// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.prompt;

import anymesh.backbone.template.Text;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON that a caller wrote, as a value for chat templates: its texts are the caller's. */
final class ForeignJson {
    private ForeignJson() {}

    /** Of an object. */
    static Map<Text, @Nullable Object> object(JsonNode json) {
        var map = new LinkedHashMap<Text, @Nullable Object>();
        json.properties().forEach(entry -> map.put(Text.foreign(entry.getKey()), value(entry.getValue())));
        return map;
    }

    private static @Nullable Object value(JsonNode json) {
        return switch (json.getNodeType()) {
            case OBJECT -> object(json);
            case ARRAY -> {
                var list = new ArrayList<@Nullable Object>();
                json.forEach(item -> list.add(value(item)));
                yield list;
            }
            case STRING -> Text.foreign(json.textValue());
            case BOOLEAN -> json.booleanValue();
            case NUMBER -> number(json);
            default -> null;
        };
    }

    private static Object number(JsonNode json) {
        if (json.isIntegralNumber() && json.canConvertToLong()) {
            return json.longValue();
        }
        return json.doubleValue();
    }
}
