// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.pipeline.ToolOffer;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The functions that a request lets the model call, and whether it has to. A model that can't call any answers in text, which any
 * model may where it has the choice; many clients offer tools with whatever they ask. Custom tools are not called.
 */
final class OfferedTools {
    private static final String TOOLS = "tools";
    private static final String CHOICE = "tool_choice";
    private static final String FUNCTION = "function";

    private OfferedTools() {}

    /** Those of a chat; null if it has none that may be called. */
    static @Nullable ToolOffer chat(Fields body) {
        if (body.has("functions")) { // of the API before tools
            body.objects("functions").forEach(OfferedTools::checkFunction);
        }
        List<ToolOffer.Function> functions = new ArrayList<>();
        for (Fields tool : body.has(TOOLS) ? body.objects(TOOLS) : List.<Fields>of()) {
            String type = tool.requiredString("type");
            switch (type) {
                case FUNCTION -> functions.add(function(tool.requiredObject(FUNCTION)));
                case "custom" -> checkName(tool.requiredObject("custom"));
                default ->
                    throw tool.invalid("type", "Invalid '%s': '%s' is not supported; expected 'function' or 'custom'.",
                            Fields.abbreviated(type));
            }
        }
        return offer(body, functions, ToolChosen.read(body, FUNCTION));
    }

    /** Those of a response, whose functions stand in their tools; {@code chosen}: what its {@code tool_choice} says. */
    static @Nullable ToolOffer response(Fields body, List<Fields> functions, ToolChosen chosen) {
        return offer(body, functions.stream().map(OfferedTools::function).toList(), chosen);
    }

    private static @Nullable ToolOffer offer(Fields body, List<ToolOffer.Function> functions, ToolChosen chosen) {
        boolean isSingle = Boolean.FALSE.equals(body.bool("parallel_tool_calls"));
        if (chosen.isNone()) {
            return null;
        }
        if (functions.isEmpty()) {
            if (chosen.isRequired()) {
                throw body.invalid(CHOICE, "Invalid '%s': 'tools' has no function that could be called.");
            }
            return null;
        }
        for (String name : chosen.names()) {
            if (functions.stream().noneMatch(function -> function.name().equals(name))) {
                throw body.invalid(CHOICE, "Invalid '%s': 'tools' has no function '%s'.", Fields.abbreviated(name));
            }
        }
        return new ToolOffer(functions, chosen.isRequired(), chosen.names(), isSingle || chosen.isOne());
    }

    /** What of a function the model is told. */
    private static ToolOffer.Function function(Fields function) {
        checkFunction(function);
        String name = function.requiredString("name");
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("name", name);
        String description = function.string("description");
        if (description != null) {
            json.put("description", description);
        }
        if (function.has("parameters")) {
            json.set("parameters", PlainJson.copy(function.requiredObject("parameters").json(),
                    function.param("parameters")));
        }
        if (Boolean.TRUE.equals(function.bool("strict"))) {
            json.put("strict", true);
        }
        return new ToolOffer.Function(name, json.toString(), function.path());
    }

    /** What a function is called, and what it takes. */
    private static void checkFunction(Fields function) {
        checkName(function);
        var _ = function.object("parameters");
    }

    static void checkName(Fields named) {
        if (named.requiredString("name").isBlank()) {
            throw named.invalid("name", "Invalid '%s': expected a name.");
        }
    }
}
