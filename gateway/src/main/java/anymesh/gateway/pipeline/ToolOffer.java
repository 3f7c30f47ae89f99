// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

import anymesh.v1.Tool;
import anymesh.v1.ToolChoice;
import anymesh.v1.ToolOptions;
import anymesh.wire.error.InvalidInput;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What an answer may call.
 *
 * @param functions at least one
 * @param isRequired whether it has to
 * @param allowed the names of those that it may call; empty: all of them
 * @param isSingle whether there is one call at most
 */
public record ToolOffer(List<Function> functions, boolean isRequired, List<String> allowed, boolean isSingle) {
    private static final Pattern OF_THE_BACKBONE = Pattern.compile("^tools\\[(\\d+)]");
    private static final String FORM = "json_schema";

    /**
     * What may be called.
     *
     * @param json OpenAI's function: name, description, parameters, strict
     * @param param where it stands in the request
     */
    public record Function(String name, String json, String param) {}

    public ToolOffer {
        functions = List.copyOf(functions);
        allowed = List.copyOf(allowed);
    }

    ToolOptions toProto() {
        return ToolOptions.newBuilder()
                .addAllTools(functions.stream().map(function -> Tool.newBuilder().setFunction(function.json()).build())
                        .toList())
                .setChoice(isRequired ? ToolChoice.REQUIRED : ToolChoice.AUTO)
                .addAllAllowed(allowed)
                .setSingle(isSingle)
                .build();
    }

    /** What the backbone has against them, in the terms of the request. */
    Throwable located(Throwable failure) {
        if (!(failure instanceof InvalidInput wrong) || wrong.param() == null) {
            return failure;
        }
        var found = OF_THE_BACKBONE.matcher(wrong.param());
        if (found.find() && Integer.parseInt(found.group(1)) < functions.size()) {
            return wrong.named(
                    functions.get(Integer.parseInt(found.group(1))).param() + wrong.param().substring(found.end()));
        }
        return wrong.param().startsWith(FORM) ? wrong.named("tools") : failure;
    }
}
