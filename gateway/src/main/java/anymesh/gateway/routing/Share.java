// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.routing;

import anymesh.kit.registry.Release;
import anymesh.kit.registry.StageInstance;
import java.util.Optional;
import java.util.Set;

/**
 * One of the choices of a {@link Route}: releases that go together, such as a generator and the output projector that
 * speaks its space. A service that it does not name is free.
 *
 * @param weight requests that take it, against those of the other shares
 * @param trial the id of the swap that has it on trial; empty if it stands for itself
 */
public record Share(Set<Release> releases, int weight, String trial) {
    /** What holds where nobody has made a route. */
    static final Share FREE = new Share(Set.of(), 1);

    public Share {
        releases = Set.copyOf(releases);
        if (weight < 0) {
            throw new IllegalArgumentException("weight: %d (expected: >= 0)".formatted(weight));
        }
    }

    /** One that stands for itself. */
    public Share(Set<Release> releases, int weight) {
        this(releases, weight, "");
    }

    /** Whether what fails here is made again by others. */
    public boolean isOnTrial() {
        return !trial.isEmpty();
    }

    /** The release of a service that it has to be. */
    Optional<Release> named(String service) {
        return releases.stream().filter(release -> release.service().equals(service)).findFirst();
    }

    boolean allows(Release release) {
        return releases.contains(release)
                || releases.stream().noneMatch(other -> other.service().equals(release.service()));
    }

    /** As {@link #allows(Release)}; a candidate has to be named. */
    boolean allows(StageInstance instance) {
        return releases.contains(instance.release())
                || (!instance.description().getCandidate() && allows(instance.release()));
    }
}
