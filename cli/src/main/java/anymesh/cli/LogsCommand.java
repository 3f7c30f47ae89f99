// SPDX-License-Identifier: Apache-2.0
package anymesh.cli;

import anymesh.cli.processes.LogFiles;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code anymesh logs}: what instances of a mesh of processes write, also after it has ended. */
@Command(name = "logs", mixinStandardHelpOptions = true, description = "Shows the logs of a service's instances, or of one instance.")
final class LogsCommand implements Callable<Integer> {
    @Parameters(paramLabel = "STAGE", description = "a service such as backbone, an instance such as backbone-1, or consul")
    @SuppressWarnings("NullAway.Init")
    private String stage;

    @Option(names = {"-f", "--follow"}, description = "goes on with what is written from now on")
    private boolean follow;

    @Option(names = {"-n",
        "--lines"}, defaultValue = "100", paramLabel = "N", description = "how many lines of each log (default: ${DEFAULT-VALUE})")
    private int lines;

    @Override
    public Integer call() throws IOException, InterruptedException {
        var logs = new LogFiles(Home.stateFile().resolveSibling("logs"));
        logs.print(stage, lines, System.out);
        if (follow) {
            logs.follow(stage, System.out);
        }
        return 0;
    }
}
