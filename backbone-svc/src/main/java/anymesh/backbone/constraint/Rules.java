// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.constraint;

import anymesh.backbone.constraint.Rule.Choice;
import anymesh.backbone.constraint.Rule.Items;
import anymesh.backbone.constraint.Rule.Member;
import anymesh.backbone.constraint.Rule.Members;
import anymesh.backbone.constraint.Rule.Reference;
import anymesh.backbone.constraint.Rule.Sequence;
import anymesh.backbone.constraint.Rule.Terminal;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Collection;
import java.util.List;

/** The grammar of JSON. */
final class Rules {
    static final Rule BOOLEAN = new Terminal(new LiteralsLeaf(List.of("true", "false")));
    static final Rule NULL = Terminal.literal("null");
    private static final Rule BLANK = new Terminal(BlankLeaf.BLANK);
    private static final Rule COMMA = new Sequence(List.of(Terminal.literal(","), BLANK));
    /** Any value. */
    static final Reference ANY = any();

    private Rules() {}

    private static Reference any() {
        var any = new Reference("json_schema");
        any.is(new Choice(List.of(map(any), array(any, 0, Items.UNLIMITED), new Terminal(StringLeaf.ANY),
                new Terminal(NumberLeaf.NUMBER), BOOLEAN, NULL)));
        return any;
    }

    static Rule values(Collection<JsonNode> values) {
        return new Terminal(new LiteralsLeaf(values.stream().map(JsonNode::toString).toList()));
    }

    static Rule array(Rule item, int min, int max) {
        return opened("[", items(item, "]", min, max));
    }

    /** An object of any names. */
    static Rule map(Rule value) {
        return opened("{",
                items(new Sequence(List.of(new Terminal(StringLeaf.ANY), Terminal.literal(":"), BLANK, value)),
                        "}", 0, Items.UNLIMITED));
    }

    private static Rule items(Rule item, String end, int min, int max) {
        return new Items(item, new Sequence(List.of(COMMA, item)), Terminal.literal(end), lastEnd(end), min, max);
    }

    static Rule object(List<Member> members) {
        return opened("{", new Members(members, Terminal.literal("}"), lastEnd("}")));
    }

    static Member member(String name, Rule value, boolean required) {
        var member = new Sequence(List.of(Terminal.literal(TextNode.valueOf(name) + ":"), BLANK, value));
        return new Member(member, new Sequence(List.of(COMMA, member)), required);
    }

    private static Rule opened(String bracket, Rule inside) {
        return new Sequence(List.of(Terminal.literal(bracket), BLANK, inside));
    }

    private static Rule lastEnd(String bracket) {
        return new Sequence(List.of(BLANK, Terminal.literal(bracket)));
    }
}
