// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.jobs;

import java.util.List;
import java.util.Optional;

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

    boolean sees(VideoJob job) {
        return owner.isEmpty() || owner.get().equals(job.owner());
    }

    /** The same as more of a condition in SQL, with a place for each of {@link #arguments}. */
    String condition() {
        return owner.isEmpty() ? "" : " AND owner = ?";
    }

    List<String> arguments() {
        return owner.stream().toList();
    }
}
