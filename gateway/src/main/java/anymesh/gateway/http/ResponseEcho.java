// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.POJONode;
import com.fasterxml.jackson.databind.node.TextNode;

/** What a response says of its request, as OpenAI has it: what was asked for, or what holds where nothing was. */
final class ResponseEcho {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private ResponseEcho() {}

    /** A copy that needs the body no more. */
    static ObjectNode of(Fields body) {
        ObjectNode echo = NODES.objectNode().put("model", body.requiredString("model"))
                .put("background", false).put("store", false).putNull("previous_response_id")
                .put("service_tier", "default").put("truncation", "disabled").put("top_logprobs", 0)
                .putNull("max_tool_calls");
        for (String name : new String[]{"instructions", "max_output_tokens", "temperature", "top_p", "user",
            "safety_identifier", "prompt_cache_key"}) {
            echo.set(name, body.has(name) ? copy(body.json().path(name), body.param(name)) : NullNode.getInstance());
        }
        Boolean parallel = body.bool("parallel_tool_calls");
        echo.put("parallel_tool_calls", parallel == null || parallel);
        echo.set("tool_choice", body.has("tool_choice")
                ? copy(body.json().path("tool_choice"), "tool_choice")
                : TextNode.valueOf("auto"));
        echo.set("tools", body.has("tools") ? copy(body.json().path("tools"), "tools") : NODES.arrayNode());
        echo.set("metadata", metadata(body));
        echo.putObject("text").put("verbosity", "medium").putObject("format").put("type", "text");
        echo.putObject("reasoning").putNull("effort").putNull("summary");
        return echo;
    }

    private static ObjectNode metadata(Fields body) {
        ObjectNode copy = NODES.objectNode();
        Fields metadata = body.object("metadata");
        if (metadata != null) {
            metadata.json().properties().forEach(entry -> copy.put(name(entry.getKey(), "metadata"),
                    Fields.text(entry.getValue(), metadata.param(Fields.abbreviated(entry.getKey())))));
        }
        return copy;
    }

    /** With all long texts that were left in the body, and none that can't be written again. */
    private static JsonNode copy(JsonNode value, String param) {
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

    private static String name(String name, String param) {
        return Fields.text(TextNode.valueOf(name), param);
    }
}
