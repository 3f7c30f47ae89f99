// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.tools;

import anymesh.backbone.constraint.CallGrammar;
import anymesh.backbone.constraint.Schema;
import anymesh.v1.ToolChoice;
import anymesh.v1.ToolOptions;
import anymesh.wire.error.InvalidInput;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/** What a request lets its answer call. Immutable. */
public final class OfferedTools {
    private static final int MOST = 128;
    private static final int LONGEST_NAME = 64;
    private static final int MOST_CHARACTERS = 256 << 10;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final CallTokens tokens;
    private final List<JsonNode> functions;
    private final boolean isRequired;
    private final Schema calls;

    private OfferedTools(CallTokens tokens, List<JsonNode> functions, List<CallGrammar.Function> allowed,
            boolean isRequired, boolean isSingle) {
        this.tokens = tokens;
        this.functions = List.copyOf(functions);
        this.isRequired = isRequired;
        // Now, so that what can't be enforced is refused before there is an answer.
        this.calls = CallGrammar.read(new CallGrammar.Texts(tokens.middle(), isSingle ? null : tokens.between(),
                tokens.closing()), allowed);
    }

    /** Reads them; {@link InvalidInput} naming the place of what can't be. */
    public static OfferedTools read(ToolOptions options, CallTokens tokens) {
        if (options.getToolsCount() > MOST || options.getToolsCount() == 0) {
            throw new InvalidInput("tools: %d (expected: 1 to %d)".formatted(options.getToolsCount(), MOST), "tools");
        }
        var functions = new ArrayList<JsonNode>();
        var allowed = new ArrayList<CallGrammar.Function>();
        var names = new HashSet<String>();
        long characters = 0;
        for (int i = 0; i < options.getToolsCount(); i++) {
            String json = options.getTools(i).getFunction();
            characters += json.length();
            if (characters > MOST_CHARACTERS) {
                throw new InvalidInput("tools: more than %d characters".formatted(MOST_CHARACTERS), "tools");
            }
            String param = "tools[%d]".formatted(i);
            var function = function(json, param);
            String name = function.path("name").asText();
            if (!names.add(name)) {
                throw new InvalidInput("Invalid '%s.name': another tool has this name.".formatted(param),
                        param + ".name");
            }
            functions.add(function.deepCopy().without("strict"));
            if (options.getAllowedCount() == 0 || options.getAllowedList().contains(name)) {
                allowed.add(new CallGrammar.Function(name, function.path("parameters"),
                        function.path("strict").asBoolean(false), param + ".parameters"));
            }
        }
        if (!names.containsAll(options.getAllowedList())) {
            throw new InvalidInput("Invalid 'tool_choice': it names a tool that 'tools' hasn't got.", "tool_choice");
        }
        return new OfferedTools(tokens, functions, allowed, options.getChoice() == ToolChoice.REQUIRED,
                options.getSingle() || !tokens.hasSeveral());
    }

    private static ObjectNode function(String json, String param) {
        JsonNode function;
        try {
            function = JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new InvalidInput("%s: this is no JSON: %s".formatted(param, e.getOriginalMessage()), param);
        }
        String name = function.path("name").asText();
        if (!(function instanceof ObjectNode object) || name.isEmpty() || name.length() > LONGEST_NAME
                || !name.chars().allMatch(CallReader::isOfNames)) {
            throw new InvalidInput("Invalid '%s.name': expected up to %d letters, digits, '_' and '-'.".formatted(param,
                    LONGEST_NAME), param + ".name");
        }
        return object;
    }

    /** The functions as OpenAI's JSON, for the prompt. */
    public List<JsonNode> functions() {
        return functions;
    }

    /** Whether the answer has to be calls. */
    public boolean isRequired() {
        return isRequired;
    }

    public CallTokens tokens() {
        return tokens;
    }

    /** What an answer has to be that is nothing but calls. */
    public Schema whole() {
        return calls.after(tokens.opening());
    }

    /** The same of the rest of one, once a call was begun. */
    public Schema rest() {
        return calls.after(tokens.afterTrigger());
    }

    /** Reads an answer that is nothing but calls. */
    public CallReader wholeReader() {
        return new CallReader(tokens, tokens.opening());
    }

    /** Reads what follows the beginning of a call. */
    public CallReader restReader() {
        return new CallReader(tokens, tokens.afterTrigger());
    }

    /** Looks for the beginning of a call where no token says so. */
    public CallHead head() {
        return new CallHead(tokens.begin());
    }
}
