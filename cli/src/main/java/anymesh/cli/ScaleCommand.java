// SPDX-License-Identifier: Apache-2.0
package anymesh.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code anymesh scale}: more or fewer instances of a service. */
@Command(name = "scale", mixinStandardHelpOptions = true, description = "Makes it N instances of a service and waits until they serve, or have drained.")
final class ScaleCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "SERVICE", description = "such as generator-image")
    @SuppressWarnings("NullAway.Init")
    private String service;

    @Parameters(index = "1", paramLabel = "N", description = "how many instances; 0: none until a request needs one")
    @SuppressWarnings("NullAway.Init")
    private String replicas;

    @Override
    public Integer call() throws IOException, InterruptedException {
        InstanceTable.print(MeshState.runningControl().scale(service, replicas), System.out);
        return 0;
    }
}
