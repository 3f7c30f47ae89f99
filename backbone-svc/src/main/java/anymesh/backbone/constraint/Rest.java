// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.constraint;

import org.jspecify.annotations.Nullable;

/**
 * What is still to come of a document: a rule, how far it has come in it, and what follows. Equal if the same is to come, so that
 * ways which meet go on as one.
 */
final class Rest {
    private final Rule rule;
    private final int progress;
    private final @Nullable Rest next;
    private final int hash;

    Rest(Rule rule, int progress, @Nullable Rest next) {
        this.rule = rule;
        this.progress = progress;
        this.next = next;
        this.hash = 31 * (31 * System.identityHashCode(rule) + progress) + (next == null ? 0 : next.hash);
    }

    Rule rule() {
        return rule;
    }

    int progress() {
        return progress;
    }

    @Nullable
    Rest next() {
        return next;
    }

    /** A loop, as a document may be nested deeply. Rules are one only if they are the same object. */
    @Override
    @SuppressWarnings("ReferenceEquality")
    public boolean equals(@Nullable Object other) {
        if (!(other instanceof Rest rest)) {
            return false;
        }
        Rest one = this;
        Rest two = rest;
        while (one != two) {
            if (one == null || two == null || one.hash != two.hash || one.rule != two.rule
                    || one.progress != two.progress) {
                return false;
            }
            one = one.next;
            two = two.next;
        }
        return true;
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
