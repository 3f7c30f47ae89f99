// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.constraint;

import anymesh.backbone.constraint.Rule.Reference;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/** Whether every rule of a grammar can be completed, so that no answer gets where it can't end. */
final class Productive {
    private final Set<Reference> ending = new HashSet<>();

    private Productive() {}

    /** Refuses a schema that refers to itself so that no document ends, or that can be read without end. */
    static void check(Rule root, Collection<Reference> references) {
        var productive = new Productive();
        boolean more = true;
        while (more) { // to the least fixed point
            more = false;
            for (var reference : references) {
                more |= !productive.ending.contains(reference) && productive.ends(reference.target())
                        && productive.ending.add(reference);
            }
        }
        for (var reference : references) {
            if (!productive.ending.contains(reference)) {
                throw SchemaReader.invalid(reference.param(), "it refers to itself, and no document of it ever ends");
            }
            if (beginsWith(reference.target(), reference, new HashSet<>())) {
                throw SchemaReader.invalid(reference.param(), "it refers to itself with nothing between");
            }
        }
    }

    /** {@code reference} of the rules for any value is known to end, and is in none of the lists. */
    private boolean ends(Rule rule) {
        return switch (rule) {
            case Rule.Terminal _ -> true;
            case Rule.Sequence sequence -> sequence.parts().stream().allMatch(this::ends);
            case Rule.Choice choice -> choice.options().stream().anyMatch(this::ends);
            case Rule.Items items -> items.min() == 0 || ends(items.item());
            case Rule.Members members -> members.members().stream().filter(Rule.Member::required)
                    .allMatch(member -> ends(member.first()));
            case Reference reference -> reference == Rules.ANY || ending.contains(reference);
        };
    }

    private static boolean beginsWith(Rule rule, Reference searched, Set<Rule> seen) {
        return switch (rule) {
            case Reference reference -> reference == searched
                    || (seen.add(reference) && beginsWith(reference.target(), searched, seen));
            case Rule.Choice choice -> choice.options().stream().anyMatch(option -> beginsWith(option, searched, seen));
            case Rule.Terminal _,Rule.Sequence _,Rule.Items _,Rule.Members _ -> false;
        };
    }
}
