// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;

/** What a response says of its request, as OpenAI has it: what was asked for, or what holds where nothing was. */
final class ResponseEcho {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private ResponseEcho() {}

    /** A copy that needs the body no more. */
    static ObjectNode of(Fields body) {
        ObjectNode echo = NODES.objectNode().put("model", body.requiredString("model"))
                .put("background", false).put("store", false).putNull("previous_response_id")
                .put("service_tier", "default").put("truncation", "disabled")
                .putNull("max_tool_calls");
        for (String name : new String[]{"instructions", "max_output_tokens", "temperature", "top_p", "user",
            "safety_identifier", "prompt_cache_key"}) {
            echo.set(name,
                    body.has(name) ? PlainJson.copy(body.json().path(name), body.param(name)) : NullNode.getInstance());
        }
        Long top = body.integer("top_logprobs", 0, ChatRequest.MAX_TOP_LOGPROBS);
        echo.put("top_logprobs", top == null ? 0 : top);
        Boolean parallel = body.bool("parallel_tool_calls");
        echo.put("parallel_tool_calls", parallel == null || parallel);
        echo.set("tool_choice", body.has("tool_choice")
                ? PlainJson.copy(body.json().path("tool_choice"), "tool_choice")
                : TextNode.valueOf("auto"));
        echo.set("tools", body.has("tools") ? PlainJson.copy(body.json().path("tools"), "tools") : NODES.arrayNode());
        echo.set("metadata", metadata(body));
        ObjectNode text = echo.putObject("text").put("verbosity", "medium");
        Fields asked = body.object("text");
        if (asked != null && asked.has("format")) {
            text.set("format", PlainJson.copy(asked.json().path("format"), asked.param("format")));
        } else {
            text.putObject("format").put("type", "text");
        }
        echo.putObject("reasoning").putNull("effort").putNull("summary");
        return echo;
    }

    private static ObjectNode metadata(Fields body) {
        ObjectNode copy = NODES.objectNode();
        Fields metadata = body.object("metadata");
        if (metadata != null) {
            metadata.json().properties().forEach(entry -> copy.put(PlainJson.name(entry.getKey(), "metadata"),
                    Fields.text(entry.getValue(), metadata.param(Fields.abbreviated(entry.getKey())))));
        }
        return copy;
    }
}
