// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.processes;

import anymesh.gateway.swap.Supply;
import anymesh.kit.registry.Release;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A mesh that runs, as commands see and change it. The methods block until it is done; {@link IllegalArgumentException} is
 * for what was asked wrongly, {@link IOException} for what did not come about, each with a sentence for whoever asked.
 */
public interface RunningMesh {
    List<InstanceView> instances() throws IOException;

    /** Adds a release of a service as a candidate, and waits until it serves. If it can't, nothing of it is left. */
    void start(StartRequest asked) throws IOException, InterruptedException;

    /** Which release that would be. */
    default Release release(StartRequest asked) {
        return asked.candidate().release();
    }

    /** What a gateway has to know to end instances of these releases, where it is nobody else who does. */
    default Map<Release, Supply.Wanted> wanted(Set<Release> releases) throws IOException {
        return Map.of();
    }

    /** Makes it so many instances of a service or a release; a candidate without any is forgotten. */
    void scale(String name, String replicas) throws IOException, InterruptedException;

    /** Drains an instance, or all of a service or a release. */
    void stop(String name) throws IOException, InterruptedException;
}
