// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.swap;

import anymesh.kit.registry.Release;
import java.util.Map;
import java.util.Set;

/**
 * Where the releases of a swap come from, for whoever runs their instances.
 *
 * @param started those that were started for it, and end if it doesn't succeed
 * @param folders of those that were started beside what a service is configured with, their bundles
 * @param wanted of those whose instances no supervisor ends, but the gateway that has the swap: how they are called where it is
 *     said how many instances are wanted, and how many there were when the swap began
 */
public record Supply(Set<Release> started, Map<Release, String> folders, Map<Release, Wanted> wanted) {
    /** Their instances are somebody else's business. */
    public static final Supply NONE = new Supply(Set.of(), Map.of(), Map.of());

    /** A name of {@link anymesh.kit.replicas.WantedReplicas}, and a number. */
    public record Wanted(String service, int count) {}

    public Supply {
        started = Set.copyOf(started);
        folders = Map.copyOf(folders);
        wanted = Map.copyOf(wanted);
    }
}
