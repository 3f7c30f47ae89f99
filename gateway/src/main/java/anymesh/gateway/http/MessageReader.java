// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.pipeline.FunctionCall;
import anymesh.gateway.pipeline.Message;
import anymesh.gateway.pipeline.ModalityInput;
import anymesh.gateway.pipeline.ModalityInput.Text;
import anymesh.v1.Role;
import java.util.List;

/**
 * The conversation of a chat request. An assistant's turn may come back just as it was answered: with {@code parts}
 * beside its {@code content}, which then only repeats their text, or with the parts as its content, or with no content
 * where it made nothing but media.
 */
final class MessageReader {
    private MessageReader() {}

    /** {@code maxMedia}: how many media one request may bring. */
    static List<Message> read(Fields request, int maxMedia) {
        var conversation = new Conversation(maxMedia);
        for (Fields message : request.objects("messages")) {
            Role role = role(message);
            var calls = role == Role.ASSISTANT ? ToolCalls.read(message) : List.<FunctionCall>of();
            String callId = role == Role.TOOL ? message.string("tool_call_id") : null;
            conversation.add(new Message(role, parts(message, role), calls, callId == null ? "" : callId), message,
                    "content");
        }
        if (conversation.messages().isEmpty()) {
            throw request.invalid("messages", "Invalid '%s': there is nothing to answer.");
        }
        return conversation.messages();
    }

    private static Role role(Fields message) {
        String role = message.requiredString("role");
        return switch (role) {
            case "system", "developer" -> Role.SYSTEM;
            case "user" -> Role.USER;
            case "tool", "function" -> Role.TOOL;
            case "assistant" -> Role.ASSISTANT;
            default -> throw message.invalid("role",
                    "Invalid '%s': '%s' is not supported; expected 'system', 'developer', 'user', "
                            + "'assistant', 'tool' or 'function'.",
                    Fields.abbreviated(role));
        };
    }

    private static List<ModalityInput> parts(Fields message, Role role) {
        if (role == Role.ASSISTANT && message.has("parts")) {
            List<ModalityInput> parts = PartReader.read(message, "parts");
            if (!parts.isEmpty()) {
                return parts;
            }
        }
        List<ModalityInput> content = content(message, role);
        // A user who says nothing has made a mistake; a model may have answered with nothing, and a tool too.
        if (Conversation.isSilent(content) && role == Role.USER) {
            throw message.invalid("content", "Invalid '%s': the prompt is empty.");
        }
        return content;
    }

    private static List<ModalityInput> content(Fields message, Role role) {
        if (message.isArray("content")) {
            return PartReader.read(message, "content");
        }
        if (message.has("content") && !message.isString("content")) {
            throw message.wrongType("content", "a string or an array of parts");
        }
        String content = message.string("content");
        if (content == null && role == Role.ASSISTANT) {
            return refusal(message);
        }
        if (content == null) {
            throw message.missing("content");
        }
        return content.isEmpty() ? List.of() : List.of(new Text(content));
    }

    /** What an assistant said in the place of a content, if anything. */
    private static List<ModalityInput> refusal(Fields message) {
        if (message.has("audio")) {
            throw message.invalid("audio",
                    "Invalid '%s': no audio is kept here by its id; send the answer's 'parts' back instead.");
        }
        String refusal = message.string("refusal");
        return refusal == null || refusal.isEmpty() ? List.of() : List.of(new Text(refusal));
    }
}
