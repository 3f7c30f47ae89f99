// SPDX-License-Identifier: Apache-2.0
package anymesh.cli;

import anymesh.cli.cluster.ClusterMesh;
import anymesh.cli.processes.Control;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which mesh a command is for: the one that runs on this machine, or one in a cluster. */
final class Target {
    @Option(names = "--namespace", paramLabel = "NAME", description = "the mesh in this namespace of the cluster that KUBECONFIG names (or by ANYMESH_NAMESPACE), instead of the one on this machine")
    private @Nullable String namespace;

    /** Where it takes commands; throws with a hint where there is none. */
    Control control() throws IOException {
        var chosen = namespace();
        return chosen.isPresent()
                ? ClusterMesh.open(Vertx.vertx(), chosen.get()).control()
                : MeshState.runningControl();
    }

    /** How the mesh calls a folder that was typed here: in a cluster it is one of a container. */
    String folder(Path typed) {
        return (namespace().isPresent() ? typed : typed.toAbsolutePath().normalize()).toString();
    }

    /** Where in a cluster, if in one. */
    Optional<String> namespace() {
        return Optional.ofNullable(namespace == null ? System.getenv("ANYMESH_NAMESPACE") : namespace)
                .filter(name -> !name.isEmpty());
    }
}
