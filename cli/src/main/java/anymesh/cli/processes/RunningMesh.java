// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.processes;

import java.io.IOException;
import java.util.List;

/**
 * A mesh that runs, as commands see and change it. The methods block until it is done; {@link IllegalArgumentException} is
 * for what was asked wrongly, {@link IOException} for what did not come about, each with a sentence for whoever asked.
 */
public interface RunningMesh {
    List<InstanceView> instances();

    /**
     * Adds a release of a service as a candidate, from the bundle in this folder, and waits until it serves. If it can't,
     * nothing of it is left.
     */
    void start(String service, String bundle, String replicas) throws IOException, InterruptedException;

    /** Makes it so many instances of a service or a release; a candidate without any is forgotten. */
    void scale(String name, String replicas) throws IOException, InterruptedException;

    /** Drains an instance, or all of a service or a release. */
    void stop(String name) throws IOException;
}
