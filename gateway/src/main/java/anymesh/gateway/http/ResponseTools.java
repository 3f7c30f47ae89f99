// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.pipeline.MediaOptions;
import anymesh.gateway.pipeline.ToolOffer;
import anymesh.v1.Modality;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the tools of a request for a response let the answer have. As with OpenAI, there are pictures only where the tool
 * {@code image_generation} is offered; the backbone decides whether to draw, unless {@code tool_choice} does. Where that demands any
 * tool and a picture can be drawn, one is.
 *
 * @param modalities what the answer may have
 * @param required what it must have
 * @param param the field that offers pictures; null if none does
 * @param functions what may be called; null if nothing
 */
record ResponseTools(List<Modality> modalities, List<Modality> required, MediaOptions media, @Nullable String param,
        @Nullable ToolOffer functions) {
    private static final String DRAWING = "image_generation";
    private static final String CHOICE = "tool_choice";
    private static final String FUNCTION = "function";
    private static final String ALLOWED = "allowed_tools";

    /** Reads the tools; {@code isStreamed}: whether pictures can be shown on the way. */
    static ResponseTools read(Fields body, boolean isStreamed, MediaOptions options) {
        List<Fields> functions = new ArrayList<>();
        Fields drawing = drawing(body, functions);
        boolean isForced = isForced(body, drawing);
        var offer = isForced ? null : OfferedTools.response(body, functions, chosen(body));
        if (drawing == null) {
            return new ResponseTools(List.of(Modality.TEXT), List.of(), options, null, offer);
        }
        FieldRules.imageTool().check(drawing);
        int previews = PictureFields.previews(drawing);
        // An answer as a whole has no previews, whatever a client that streams too asks for in its tool.
        var media = PictureFields.read(drawing, options.withPreviews(isStreamed ? previews : 0));
        if ("none".equals(choice(body)) || (offer != null && offer.isRequired())) {
            return new ResponseTools(List.of(Modality.TEXT), List.of(), media, null, offer);
        }
        return new ResponseTools(List.of(Modality.TEXT, Modality.IMAGE),
                isForced ? List.of(Modality.IMAGE) : List.of(), media, drawing.path(), offer);
    }

    /** The tool that draws; null if it is not offered. {@code functions}: gets those that are. */
    private static @Nullable Fields drawing(Fields body, List<Fields> functions) {
        Fields drawing = null;
        for (Fields tool : body.has("tools") ? body.objects("tools") : List.<Fields>of()) {
            String type = tool.requiredString("type");
            switch (type) {
                case FUNCTION -> functions.add(tool);
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
            case "auto", "none", FUNCTION, ALLOWED -> false;
            case "required" -> drawing != null;
            case DRAWING -> {
                if (drawing == null) {
                    throw body.invalid(CHOICE, "Invalid '%s': 'tools' has no 'image_generation'.");
                }
                yield true;
            }
            default -> throw body.invalid(CHOICE,
                    "Invalid '%s': '%s' is not supported; expected 'auto', 'none', 'required', a function or "
                            + "{\"type\": \"image_generation\"}.",
                    Fields.abbreviated(choice));
        };
    }

    private static ToolChosen chosen(Fields body) {
        return ToolChosen.read(body, "");
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
