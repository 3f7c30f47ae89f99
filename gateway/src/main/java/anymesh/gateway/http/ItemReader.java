// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.pipeline.Message;
import anymesh.gateway.pipeline.ModalityInput;
import anymesh.gateway.pipeline.ModalityInput.Media;
import anymesh.gateway.pipeline.ModalityInput.Text;
import anymesh.v1.Modality;
import anymesh.v1.Role;
import java.util.List;

/**
 * The conversation of a request for a response: its instructions, and a text or items. The items of an answer may come back
 * just as they came: those of the assistant that follow each other are one turn, pictures among the text, calls of tools after it.
 * What a model thought elsewhere is passed over.
 */
final class ItemReader {
    private static final String INPUT = "input";
    private static final String CONTENT = "content";

    private final Conversation conversation;

    private ItemReader(Conversation conversation) {
        this.conversation = conversation;
    }

    /** {@code maxMedia}: how many media one request may bring. */
    static List<Message> read(Fields request, int maxMedia) {
        var conversation = new Conversation(maxMedia);
        String instructions = request.string("instructions");
        if (instructions != null) {
            conversation.add(Role.SYSTEM, text(instructions), request, "instructions");
        }
        int before = conversation.messages().size();
        if (!request.has(INPUT)) {
            throw request.missing(INPUT);
        }
        if (request.isString(INPUT)) {
            conversation.add(Role.USER, spoken(text(request.requiredString(INPUT)), request, INPUT), request, INPUT);
        } else if (request.isArray(INPUT)) {
            request.objects(INPUT).forEach(new ItemReader(conversation)::read);
        } else {
            throw request.wrongType(INPUT, "a string or an array of items");
        }
        if (conversation.messages().size() == before) {
            throw request.invalid(INPUT, "Invalid '%s': there is nothing to answer.");
        }
        return conversation.messages();
    }

    private void read(Fields item) {
        String type = type(item);
        switch (type) {
            case "message" -> message(item);
            case "image_generation_call" ->
                conversation.goOn(new Message(Role.ASSISTANT, List.of(picture(item))), item, "result");
            case "function_call" -> call(item, "arguments");
            case "custom_tool_call" -> call(item, INPUT);
            case "function_call_output", "custom_tool_call_output" -> {
                String id = item.string("call_id");
                conversation.add(new Message(Role.TOOL, parts(item, "output"), List.of(), id == null ? "" : id), item,
                        "output");
            }
            case "reasoning" -> {
                // Another model's thoughts are no part of what was said.
            }
            case "item_reference" -> throw item.invalid("id",
                    "Invalid '%s': no items are kept here by their ids; send the item itself.");
            default -> throw item.invalid("type", "Invalid '%s': '%s' is not supported; expected 'message', "
                    + "'image_generation_call', 'function_call', 'function_call_output', 'custom_tool_call', "
                    + "'custom_tool_call_output' or 'reasoning'.", Fields.abbreviated(type));
        }
    }

    private void call(Fields item, String arguments) {
        var call = ToolCalls.call(item.string("call_id"), item, arguments);
        conversation.goOn(new Message(Role.ASSISTANT, List.of(), List.of(call), ""), item, arguments);
    }

    /** Messages and references may leave their type out. */
    private static String type(Fields item) {
        String type = item.string("type");
        if (type != null) {
            return type;
        }
        return item.has("role") || !item.has("id") ? "message" : "item_reference";
    }

    private void message(Fields item) {
        String role = item.requiredString("role");
        switch (role) {
            case "system", "developer" -> conversation.add(Role.SYSTEM, parts(item, CONTENT), item, CONTENT);
            case "user" ->
                conversation.add(Role.USER, spoken(parts(item, CONTENT), item, CONTENT), item, CONTENT);
            case "assistant" ->
                conversation.goOn(new Message(Role.ASSISTANT, parts(item, CONTENT)), item, CONTENT);
            default -> throw item.invalid("role",
                    "Invalid '%s': '%s' is not supported; expected 'system', 'developer', 'user' or 'assistant'.",
                    Fields.abbreviated(role));
        }
    }

    /** What a user says, who has made a mistake if it is nothing. */
    private static List<ModalityInput> spoken(List<ModalityInput> parts, Fields holder, String field) {
        if (Conversation.isSilent(parts)) {
            throw holder.invalid(field, "Invalid '%s': the prompt is empty.");
        }
        return parts;
    }

    private static List<ModalityInput> parts(Fields item, String field) {
        if (item.isArray(field)) {
            return PartReader.read(item, field, ItemReader::part);
        }
        if (item.has(field) && !item.isString(field)) {
            throw item.wrongType(field, "a string or an array of parts");
        }
        return text(item.requiredString(field));
    }

    private static List<ModalityInput> text(String text) {
        return text.isEmpty() ? List.of() : List.of(new Text(text));
    }

    private static ModalityInput part(Fields part) {
        String type = part.requiredString("type");
        return switch (type) {
            case "input_text", "output_text" -> new Text(part.requiredString("text"));
            case "refusal" -> new Text(part.requiredString("refusal"));
            case "input_image" -> PartReader.media(Modality.IMAGE, part, "image_url");
            default -> throw part.invalid("type",
                    "Invalid '%s': '%s' is not supported; expected 'input_text', 'input_image', 'output_text' or "
                            + "'refusal'. Sounds and films are read by /v1/chat/completions.",
                    Fields.abbreviated(type));
        };
    }

    /** A picture that the assistant drew. */
    private static Media picture(Fields call) {
        if (!call.has("result")) {
            throw call.invalid("result",
                    "Invalid '%s': no pictures are kept here by their ids; send the item with its 'result'.");
        }
        return PartReader.base64(Modality.IMAGE, call, "result");
    }
}
