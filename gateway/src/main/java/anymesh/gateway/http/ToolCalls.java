// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.pipeline.FunctionCall;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tools that an assistant called in an earlier turn, here or elsewhere. */
final class ToolCalls {
    private ToolCalls() {}

    static List<FunctionCall> read(Fields message) {
        List<FunctionCall> calls = new ArrayList<>();
        if (message.has("tool_calls")) {
            for (Fields call : message.objects("tool_calls")) {
                // A custom tool has an input where a function has arguments.
                Fields tool = call.has("custom") ? call.requiredObject("custom") : call.requiredObject("function");
                calls.add(call(call.string("id"), tool, call.has("custom") ? "input" : "arguments"));
            }
        }
        if (message.has("function_call")) {
            calls.add(call(null, message.requiredObject("function_call"), "arguments"));
        }
        return calls;
    }

    /** One call of a tool, which has its arguments in this field. */
    static FunctionCall call(@Nullable String id, Fields tool, String arguments) {
        String given = tool.string(arguments);
        return new FunctionCall(id == null ? "" : id, tool.requiredString("name"), given == null ? "" : given);
    }
}
