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
 */
public record Supply(Set<Release> started, Map<Release, String> folders) {
    /** Their instances are somebody else's business. */
    public static final Supply NONE = new Supply(Set.of(), Map.of());

    public Supply {
        started = Set.copyOf(started);
        folders = Map.copyOf(folders);
    }
}
