// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.tools;

import anymesh.backbone.template.ChatTemplate;
import anymesh.backbone.template.Members;
import anymesh.kit.model.BundleException;
import anymesh.wire.error.InvalidInput;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds out how a model writes calls, by having its chat template write some: the model was taught on what the template makes of an
 * assistant's {@code tool_calls}.
 */
public final class CallProbe {
    private static final String QUESTION = "What is asked?";
    private static final String SAID = "what was said";
    private static final List<String> NAMES = List.of("probe_of_one", "probe_of_two");
    private static final String KEY = "probed_key";
    private static final String VALUE = "probed value";
    private static final String LONG_ID = "call_0123456789abcdefghijklmn";
    private static final String SHORT_ID = "probe0001";
    private static final Pattern ID = Pattern.compile(",?\\s*\"id\": ?\"" + SHORT_ID + "\"");

    private final ChatTemplate template;
    private final boolean hasParts;
    private final Collection<String> ends;
    private final Collection<String> marks;

    private CallProbe(ChatTemplate template, boolean hasParts, Collection<String> ends, Collection<String> marks) {
        this.template = template;
        this.hasParts = hasParts;
        this.ends = ends;
        this.marks = marks;
    }

    /**
     * How the calls of a template are written; nothing if it shows none, or not as a name and a JSON object.
     *
     * @param hasParts whether the template reads contents as lists of parts
     * @param ends how the tokens are spelled that end an answer
     * @param marks how all tokens are spelled that are no text
     */
    public static Optional<CallFormat> find(ChatTemplate template, boolean hasParts, Collection<String> ends,
            Collection<String> marks) {
        var probe = new CallProbe(template, hasParts, ends, marks);
        var found = probe.find(LONG_ID);
        return Optional.ofNullable(found != null ? found : probe.find(SHORT_ID));
    }

    private @Nullable CallFormat find(String id) {
        var plain = render(Members.of("role", "assistant", "content", content(SAID)));
        var one = render(calls(1, id));
        if (plain == null || one == null || !plain.contains(SAID)) {
            return null;
        }
        var first = Call.find(one, NAMES.getFirst(), 0);
        if (first == null) {
            return null;
        }
        int begin = common(plain.substring(0, plain.indexOf(SAID)), one);
        if (begin > first.name()) {
            return null;
        }
        var opening = one.substring(begin, first.name());
        var middle = one.substring(first.name() + NAMES.getFirst().length(), first.from());
        // What ends a name must not be a part of one.
        if (middle.isEmpty() || isOfNames(middle.charAt(0)) || opening.isBlank()) {
            return null;
        }
        var format = new CallFormat(opening, middle, between(opening, middle, id),
                closing(one.substring(first.to())), id.equals(SHORT_ID));
        return format.toString().contains(id) ? null : format; // it would have the model make ids up
    }

    private @Nullable String between(String opening, String middle, String id) {
        var two = render(calls(2, id));
        var first = two == null ? null : Call.find(two, NAMES.getFirst(), 0);
        var second = two == null || first == null ? null : Call.find(two, NAMES.getLast(), first.to());
        if (two == null || first == null || second == null) {
            return null;
        }
        boolean isAlike = two.startsWith(opening, first.name() - opening.length())
                && two.startsWith(middle, second.name() + NAMES.getLast().length())
                && second.name() + NAMES.getLast().length() + middle.length() == second.from();
        return isAlike ? withoutId(two.substring(first.to(), second.name())) : null;
    }

    /** Up to where the answer ends. */
    private String closing(String rest) {
        int end = rest.length();
        for (var stop : ends) {
            int at = stop.isEmpty() ? -1 : rest.indexOf(stop);
            end = at >= 0 ? Math.min(end, at) : end;
        }
        return withoutId(rest.substring(0, end)).stripTrailing();
    }

    /** Ids are given by whoever serves the calls. */
    private static String withoutId(String text) {
        return ID.matcher(text).replaceAll("");
    }

    private static boolean isOfNames(char c) {
        return c == '_' || c == '-' || (c < 0x80 && Character.isLetterOrDigit(c));
    }

    /** How far both are the same, not within a token that is no text. */
    private int common(String plain, String called) {
        int common = 0;
        while (common < Math.min(plain.length(), called.length()) && plain.charAt(common) == called.charAt(common)) {
            common++;
        }
        for (var mark : marks) {
            for (int i = Math.max(0, common - mark.length() + 1); i < common; i++) {
                if (called.startsWith(mark, i)) {
                    common = i;
                }
            }
        }
        return common;
    }

    private @Nullable String render(Map<String, ?> answer) {
        try {
            return template
                    .render(List.of(Members.of("role", "user", "content", content(QUESTION)), answer), tools(), false)
                    .value();
        } catch (InvalidInput | BundleException e) {
            return null;
        }
    }

    private Object content(String text) {
        return hasParts ? List.of(Members.of("type", "text", "text", text)) : text;
    }

    private Map<String, ?> calls(int count, String id) {
        var calls = new ArrayList<Map<String, ?>>();
        for (var name : NAMES.subList(0, count)) {
            calls.add(Members.of("id", id, "type", "function", "function",
                    Members.of("name", name, "arguments", Members.of(KEY, VALUE))));
        }
        return Members.of("role", "assistant", "content", content(""), "tool_calls", calls);
    }

    private static List<Map<String, ?>> tools() {
        var tools = new ArrayList<Map<String, ?>>();
        for (var name : NAMES) {
            tools.add(Members.of("type", "function", "function", Members.of("name", name, "description", "A probe.",
                    "parameters", Members.of("type", "object", "properties",
                            Members.of(KEY, Members.of("type", "string", "description", "A key.")), "required",
                            List.of(KEY)))));
        }
        return tools;
    }

    /** A call in a text: where its name begins, and where its arguments begin and end. */
    private record Call(int name, int from, int to) {
        private static final Pattern ARGUMENTS = Pattern
                .compile("\\{\\s*\"" + KEY + "\":\\s*\"" + VALUE + "\"\\s*\\}");

        /** The last one of this name: the template writes the tools themselves before it. */
        static @Nullable Call find(String text, String function, int after) {
            int name = text.lastIndexOf(function);
            if (name < after) {
                return null;
            }
            var arguments = ARGUMENTS.matcher(text);
            return arguments.find(name + function.length())
                    ? new Call(name, arguments.start(), arguments.end())
                    : null;
        }
    }
}
