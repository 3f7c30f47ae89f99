// SPDX-License-Identifier: Apache-2.0
package anymesh.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code anymesh stop}: one instance less, or all of a service or a release. */
@Command(name = "stop", mixinStandardHelpOptions = true, description = "Drains one instance, or all of a service or a release; they are not started again.")
final class StopCommand implements Callable<Integer> {
    @CommandLine.Mixin
    private final Target target = new Target();

    @Parameters(paramLabel = "NAME", description = "such as generator-image-2 or generator-image=toyworld@3.0.0; ./anymesh status shows them")
    @SuppressWarnings("NullAway.Init")
    private String instance;

    @Override
    public Integer call() throws IOException, InterruptedException {
        InstanceTable.print(target.control().stop(instance), System.out);
        return 0;
    }
}
