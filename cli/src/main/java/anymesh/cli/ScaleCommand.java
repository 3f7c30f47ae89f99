// SPDX-License-Identifier: Apache-2.0
package anymesh.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code anymesh scale}: more or fewer instances of a service or a release. */
@Command(name = "scale", mixinStandardHelpOptions = true, description = "Makes it N instances of a service, or of one of its releases, and waits until they serve, or have drained.")
final class ScaleCommand implements Callable<Integer> {
    @CommandLine.Mixin
    private final Target target = new Target();

    @Parameters(index = "0", paramLabel = "SERVICE", description = "a service such as generator-image, or a release such as generator-image=toyworld@3.0.0 where several run")
    @SuppressWarnings("NullAway.Init")
    private String service;

    @Parameters(index = "1", paramLabel = "N", description = "how many instances; 0: none until a request needs one, and the end of a release that was started")
    @SuppressWarnings("NullAway.Init")
    private String replicas;

    @Override
    public Integer call() throws IOException, InterruptedException {
        InstanceTable.print(target.control().scale(service, replicas), System.out);
        return 0;
    }
}
