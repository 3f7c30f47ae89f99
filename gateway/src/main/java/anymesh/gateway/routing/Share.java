// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.routing;

import anymesh.kit.registry.Release;
import java.util.Set;

/**
 * One of the choices of a {@link Route}: releases that go together, such as a generator and the output projector that
 * speaks its space. A service that it does not name is free.
 *
 * @param weight requests that take it, against those of the other shares
 */
public record Share(Set<Release> releases, int weight) {
    /** What holds where nobody has made a route. */
    static final Share FREE = new Share(Set.of(), 1);

    public Share {
        releases = Set.copyOf(releases);
        if (weight < 0) {
            throw new IllegalArgumentException("weight: %d (expected: >= 0)".formatted(weight));
        }
    }

    boolean allows(Release release) {
        return releases.contains(release)
                || releases.stream().noneMatch(other -> other.service().equals(release.service()));
    }
}
