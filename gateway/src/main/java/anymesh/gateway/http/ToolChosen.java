// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import java.util.ArrayList;
import java.util.List;

/**
 * {@code tool_choice}.
 *
 * @param isNone whether no tool may be called
 * @param isRequired whether one has to be
 * @param names the functions that may be called; empty: all that are offered
 * @param isOne whether it is a call of the one function that is named
 */
record ToolChosen(boolean isNone, boolean isRequired, List<String> names, boolean isOne) {
    private static final String CHOICE = "tool_choice";
    private static final String ALLOWED = "allowed_tools";
    private static final ToolChosen AUTO = new ToolChosen(false, false, List.of(), false);
    private static final ToolChosen NONE = new ToolChosen(true, false, List.of(), false);
    private static final ToolChosen REQUIRED = new ToolChosen(false, true, List.of(), false);

    /** Reads it; {@code holder}: in which of its fields a tool has its name, or none if the tool itself has. */
    static ToolChosen read(Fields body, String holder) {
        if (!body.has(CHOICE)) {
            return AUTO;
        }
        if (!body.isObject(CHOICE)) {
            return mode(body, CHOICE);
        }
        Fields choice = body.requiredObject(CHOICE);
        String type = choice.requiredString("type");
        return switch (type) {
            case "function" -> new ToolChosen(false, true, List.of(name(choice, holder)), true);
            case ALLOWED -> allowed(choice.has(ALLOWED) ? choice.requiredObject(ALLOWED) : choice, holder);
            default -> throw choice.invalid("type",
                    "Invalid '%s': '%s' is not supported; expected 'function' or 'allowed_tools'.",
                    Fields.abbreviated(type));
        };
    }

    private static ToolChosen allowed(Fields allowed, String holder) {
        ToolChosen mode = mode(allowed, "mode");
        var names = new ArrayList<String>();
        for (Fields tool : allowed.objects("tools")) {
            names.add(name(tool, holder));
        }
        return names.isEmpty() ? NONE : new ToolChosen(false, mode.isRequired(), names, false);
    }

    private static ToolChosen mode(Fields fields, String field) {
        String mode = fields.requiredString(field);
        return switch (mode) {
            case "auto" -> AUTO;
            case "none" -> NONE;
            case "required" -> REQUIRED;
            default -> throw fields.invalid(field,
                    "Invalid '%s': '%s' is not supported; expected 'none', 'auto', 'required' or a tool.",
                    Fields.abbreviated(mode));
        };
    }

    private static String name(Fields tool, String holder) {
        return (holder.isEmpty() ? tool : tool.requiredObject(holder)).requiredString("name");
    }
}
