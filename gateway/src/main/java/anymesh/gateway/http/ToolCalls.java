// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.pipeline.ModalityInput;
import anymesh.gateway.pipeline.ModalityInput.Text;
import java.util.ArrayList;
import java.util.List;

/** The tools that an assistant called in an earlier turn, elsewhere, as text: {@code name(arguments)}. */
final class ToolCalls {
    private ToolCalls() {}

    static List<ModalityInput> read(Fields message) {
        List<ModalityInput> calls = new ArrayList<>();
        if (message.has("tool_calls")) {
            for (Fields call : message.objects("tool_calls")) {
                // A custom tool has an input where a function has arguments.
                Fields tool = call.has("custom") ? call.requiredObject("custom") : call.requiredObject("function");
                calls.add(text(tool, call.has("custom") ? "input" : "arguments"));
            }
        }
        if (message.has("function_call")) {
            calls.add(text(message.requiredObject("function_call"), "arguments"));
        }
        return calls;
    }

    /** One call of a tool, which has its arguments in this field. */
    static Text text(Fields tool, String arguments) {
        String given = tool.string(arguments);
        return new Text(" " + tool.requiredString("name") + "(" + (given == null ? "" : given) + ")");
    }
}
