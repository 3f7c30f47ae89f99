// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.jobs;

import java.util.Optional;
import java.util.stream.Stream;

/**
 * Whose jobs somebody may see.
 *
 * @param owner who made them; empty for everybody's
 */
public record Whose(Optional<String> owner) {
    /** Everybody's, as where callers are not told apart. */
    public static Whose everybodys() {
        return new Whose(Optional.empty());
    }

    /** One caller's own. */
    public static Whose of(String owner) {
        return new Whose(Optional.of(owner));
    }

    /** As more of a condition in SQL. */
    public String condition() {
        return owner.isEmpty() ? "" : " AND owner = ?";
    }

    /** What a statement is told that ends with {@link #condition}: {@code before}, and what belongs in its place. */
    public Object[] arguments(Object... before) {
        return Stream.concat(Stream.of(before), owner.stream()).toArray();
    }
}
