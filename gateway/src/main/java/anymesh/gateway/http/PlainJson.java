// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.POJONode;
import com.fasterxml.jackson.databind.node.TextNode;

/** Values of a request that are written again. */
final class PlainJson {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private PlainJson() {}

    /** A copy with all long texts that were left in the body, and none that can't be written again. */
    static JsonNode copy(JsonNode value, String param) {
        if (value.isObject()) {
            ObjectNode object = NODES.objectNode();
            value.properties().forEach(entry -> object.set(name(entry.getKey(), param),
                    copy(entry.getValue(), param)));
            return object;
        }
        if (value.isArray()) {
            ArrayNode array = NODES.arrayNode(value.size());
            value.forEach(element -> array.add(copy(element, param)));
            return array;
        }
        return value.isTextual() || value instanceof POJONode ? TextNode.valueOf(Fields.text(value, param)) : value;
    }

    /** The name of a field, if it can be written again. */
    static String name(String name, String param) {
        return Fields.text(TextNode.valueOf(name), param);
    }
}
