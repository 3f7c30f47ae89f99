// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

/**
 * The tools that a request lets the model call. The models here call none and answer in text, which any model may where it
 * has the choice; many clients offer tools with whatever they ask. So only their form is looked at.
 */
final class OfferedTools {
    private OfferedTools() {}

    static void check(Fields request) {
        if (request.has("tools")) {
            request.objects("tools").forEach(OfferedTools::checkTool);
        }
        if (request.has("functions")) {
            request.objects("functions").forEach(OfferedTools::checkFunction);
        }
    }

    private static void checkTool(Fields tool) {
        String type = tool.requiredString("type");
        switch (type) {
            case "function" -> checkFunction(tool.requiredObject("function"));
            case "custom" -> checkName(tool.requiredObject("custom"));
            default ->
                throw tool.invalid("type", "Invalid '%s': '%s' is not supported; expected 'function' or 'custom'.",
                        Fields.abbreviated(type));
        }
    }

    /** What a function is called, and what it takes. */
    static void checkFunction(Fields function) {
        checkName(function);
        var _ = function.object("parameters");
    }

    static void checkName(Fields named) {
        if (named.requiredString("name").isBlank()) {
            throw named.invalid("name", "Invalid '%s': expected a name.");
        }
    }
}
