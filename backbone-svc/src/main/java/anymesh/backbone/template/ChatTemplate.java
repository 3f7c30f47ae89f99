// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.template;

import anymesh.kit.model.BundleException;
import anymesh.wire.error.InvalidInput;
import java.time.Clock;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A Hugging Face chat template, executed as transformers' {@code apply_chat_template} does: jinja2's ImmutableSandboxedEnvironment with
 * {@code trim_blocks}, {@code lstrip_blocks} and loop controls, {@code raise_exception}, {@code strftime_now}, {@code tojson} without HTML
 * escapes and {@code {% generation %}}. A template reads what it is given and nothing else, and ends: what it takes is counted.
 */
public final class ChatTemplate {
    private final List<Statement> template;
    private final Map<String, Object> variables;
    private final Clock clock;

    private ChatTemplate(List<Statement> template, Map<String, Object> variables, Clock clock) {
        this.template = template;
        this.variables = variables;
        this.clock = clock;
    }

    /**
     * Reads a template.
     *
     * @param variables what it sees beside the messages, such as {@code bos_token}; JSON's values
     * @throws BundleException naming the line and what is wrong there
     */
    public static ChatTemplate compile(String source, Map<String, ?> variables) {
        return compile(source, variables, Clock.system(ZoneId.systemDefault()));
    }

    static ChatTemplate compile(String source, Map<String, ?> variables, Clock clock) {
        try {
            var own = new LinkedHashMap<String, Object>();
            variables.forEach((name, value) -> own.put(name, value(value)));
            return new ChatTemplate(Parser.parse(source), own, clock);
        } catch (TemplateFault e) {
            throw fault(e);
        }
    }

    /**
     * Writes a prompt.
     *
     * @param messages each with {@code role}, {@code content} and whatever else it has: JSON's values, and {@link Text} for what
     *         callers wrote, keys included
     * @param tools what the model may call, as JSON schemas, likewise; null if there are none
     * @throws InvalidInput with the template's own sentence if it refuses such messages
     * @throws BundleException if it fails, or takes too much
     */
    public Text render(List<? extends Map<String, ?>> messages, @Nullable List<?> tools, boolean addGenerationPrompt) {
        var scope = Globals.scope(clock);
        variables.forEach(scope::set);
        scope.set("messages", value(messages));
        scope.set("tools", value(tools));
        scope.set("documents", None.NONE);
        scope.set("add_generation_prompt", addGenerationPrompt);
        try {
            return new Renderer().render(template, scope);
        } catch (Raised e) {
            throw new InvalidInput(String.valueOf(e.getMessage()), "messages");
        } catch (TemplateFault e) {
            throw fault(e);
        }
    }

    private static BundleException fault(TemplateFault e) {
        return new BundleException(
                "chat template%s: %s".formatted(e.line() > 0 ? ", line " + e.line() : "", e.getMessage()), e);
    }

    /** A value of the template's world for one of ours. */
    private static Object value(@Nullable Object value) {
        return switch (value) {
            case null -> None.NONE;
            case String text -> Text.own(text);
            case Text text -> text;
            case Boolean bool -> bool;
            case Integer number -> number.longValue();
            case Long number -> number;
            case Float number -> number.doubleValue();
            case Double number -> number;
            case List<?> list -> {
                var items = new ArrayList<Object>();
                list.forEach(item -> items.add(value(item)));
                yield items;
            }
            case Map<?, ?> map -> {
                var items = new LinkedHashMap<Object, Object>();
                map.forEach((key, item) -> items.put(key instanceof Text text ? text : Text.own(String.valueOf(key)),
                        value(item)));
                yield items;
            }
            default -> throw new IllegalArgumentException("a template has no values of " + value.getClass());
        };
    }
}
