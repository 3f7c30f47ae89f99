// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.prompt;

import anymesh.backbone.template.Members;
import anymesh.backbone.template.Text;
import anymesh.v1.ToolCall;
import anymesh.v1.Turn;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.HashMap;
import java.util.Map;

/** The calls of a conversation, as chat templates have them in its messages; ids and names by which one belongs to another. */
final class TurnCalls {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final boolean hasShortIds;
    private final Map<String, Text> ids = new HashMap<>();
    private final Map<String, Text> names = new HashMap<>();

    TurnCalls(boolean hasShortIds) {
        this.hasShortIds = hasShortIds;
    }

    /** Adds what a turn has of them to its message. */
    void into(Map<String, Object> message, Turn turn) {
        if (turn.getCallsCount() > 0) {
            message.put("tool_calls", turn.getCallsList().stream().map(this::call).toList());
        }
        if (!turn.getCallId().isEmpty()) {
            message.put("tool_call_id", id(turn.getCallId()));
            var name = names.get(turn.getCallId());
            if (name != null) {
                message.put("name", name);
            }
        }
    }

    private Map<String, ?> call(ToolCall call) {
        var name = Text.foreign(call.getName());
        names.put(call.getId(), name);
        return Members.of("id", id(call.getId()), "type", "function", "function",
                Members.of("name", name, "arguments", arguments(call.getArguments())));
    }

    private Text id(String given) {
        return ids.computeIfAbsent(given, id -> hasShortIds
                ? Text.own("%09d".formatted(ids.size() + 1))
                : Text.foreign(id));
    }

    /** An object, which templates write in their own way; a text if the model had written no such. */
    private static Object arguments(String json) {
        try {
            var value = JSON.readTree(json);
            return value.isObject() ? ForeignJson.object(value) : Text.foreign(json);
        } catch (JsonProcessingException e) {
            return Text.foreign(json);
        }
    }
}
