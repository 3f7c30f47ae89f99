// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.constraint;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a document, or a part of it, must be made of: a grammar, whose rules may refer to each other. */
sealed interface Rule {

    /** A regular piece. */
    record Terminal(Leaf leaf) implements Rule {
        static Terminal literal(String text) {
            return new Terminal(new LiteralsLeaf(List.of(text)));
        }

        static Terminal literal(byte[] bytes) {
            return new Terminal(LiteralsLeaf.ofBytes(bytes));
        }
    }

    /** One after the other, at least one. */
    record Sequence(List<Rule> parts) implements Rule {
        public Sequence {
            parts = List.copyOf(parts);
        }
    }

    /** One of these. */
    record Choice(List<Rule> options) implements Rule {
        public Choice {
            options = List.copyOf(options);
        }
    }

    /**
     * The inside of an array or a map, and its end.
     *
     * @param item that stands first
     * @param later the same after another one, the comma included
     * @param end closes an empty one
     * @param lastEnd closes one that has items
     */
    record Items(Rule item, Rule later, Rule end, Rule lastEnd, int min, int max) implements Rule {
        static final int UNLIMITED = Integer.MAX_VALUE;

        /** How many there are after one more, as far as it matters. */
        int after(int count) {
            return max == UNLIMITED ? Math.min(count + 1, Math.max(min, 1)) : count + 1;
        }
    }

    /** The inside of an object whose members are known, in their order, and its end; see {@link Items}. */
    record Members(List<Member> members, Rule end, Rule lastEnd) implements Rule {
        public Members {
            members = List.copyOf(members);
        }
    }

    /** {@code first} and {@code later}: its name and its value, where it is the first in its object and where it isn't. */
    record Member(Rule first, Rule later, boolean required) {}

    /** What stands under a name in the schema; known once that is read. */
    final class Reference implements Rule {
        private final String param;
        private @Nullable Rule target;

        /** {@code param}: where it is referred to. */
        Reference(String param) {
            this.param = param;
        }

        String param() {
            return param;
        }

        void is(Rule rule) {
            target = rule;
        }

        Rule target() {
            return Objects.requireNonNull(target, param);
        }
    }
}
