// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.pipeline.MediaOptions;
import anymesh.v1.Modality;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the tools of a request for a response let the answer have. As with OpenAI, there are pictures only where the tool
 * {@code image_generation} is offered; the backbone decides whether to draw, unless {@code tool_choice} does. Functions may be
 * offered as in a chat, and are not called.
 *
 * @param modalities what the answer may have
 * @param required what it must have
 * @param param the field that offers pictures; null if none does
 */
record ResponseTools(List<Modality> modalities, List<Modality> required, MediaOptions media, @Nullable String param) {
    private static final String DRAWING = "image_generation";
    private static final String CHOICE = "tool_choice";

    /** Reads the tools; {@code isStreamed}: whether pictures can be shown on the way. */
    static ResponseTools read(Fields body, boolean isStreamed, MediaOptions options) {
        Fields drawing = drawing(body);
        boolean isForced = isForced(body, drawing);
        if (drawing == null) {
            return new ResponseTools(List.of(Modality.TEXT), List.of(), options, null);
        }
        FieldRules.imageTool().check(drawing);
        int previews = PictureFields.previews(drawing);
        // An answer as a whole has no previews, whatever a client that streams too asks for in its tool.
        var media = PictureFields.read(drawing, options.withPreviews(isStreamed ? previews : 0));
        if ("none".equals(choice(body))) {
            return new ResponseTools(List.of(Modality.TEXT), List.of(), media, null);
        }
        return new ResponseTools(List.of(Modality.TEXT, Modality.IMAGE),
                isForced ? List.of(Modality.IMAGE) : List.of(), media, drawing.path());
    }

    /** The tool that draws; null if it is not offered. */
    private static @Nullable Fields drawing(Fields body) {
        Fields drawing = null;
        for (Fields tool : body.has("tools") ? body.objects("tools") : List.<Fields>of()) {
            String type = tool.requiredString("type");
            switch (type) {
                case "function" -> OfferedTools.checkFunction(tool);
                case "custom" -> OfferedTools.checkName(tool);
                case DRAWING -> {
                    if (drawing != null) {
                        throw tool.invalid("type", "Invalid '%s': expected 'image_generation' at most once.");
                    }
                    drawing = tool;
                }
                default -> throw tool.invalid("type",
                        "Invalid '%s': '%s' is not supported; expected 'image_generation', 'function' or 'custom'.",
                        Fields.abbreviated(type));
            }
        }
        return drawing;
    }

    /** Whether a picture has to be drawn. */
    private static boolean isForced(Fields body, @Nullable Fields drawing) {
        String choice = choice(body);
        return switch (choice) {
            case "auto", "none" -> false;
            case "required", DRAWING -> {
                if (drawing == null) {
                    throw body.invalid(CHOICE, "Invalid '%s': 'tools' has no 'image_generation', and the models here "
                            + "call no other tools; expected 'auto' or 'none'.");
                }
                yield true;
            }
            default -> throw body.invalid(CHOICE,
                    "Invalid '%s': '%s' is not supported; expected 'auto', 'none', 'required' or "
                            + "{\"type\": \"image_generation\"}.",
                    Fields.abbreviated(choice));
        };
    }

    private static String choice(Fields body) {
        if (!body.has(CHOICE)) {
            return "auto";
        }
        return body.isObject(CHOICE)
                ? body.requiredObject(CHOICE).requiredString("type")
                : body.requiredString(CHOICE);
    }
}
