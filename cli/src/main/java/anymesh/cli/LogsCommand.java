// SPDX-License-Identifier: Apache-2.0
package anymesh.cli;

import anymesh.cli.processes.InstanceView;
import anymesh.cli.processes.LogFiles;
import anymesh.cli.settings.Home;
import anymesh.kit.registry.Release;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code anymesh logs}: what instances of a mesh of processes write, also after it has ended. */
@Command(name = "logs", mixinStandardHelpOptions = true, description = "Shows the logs of a service's or a release's instances, or of one instance.")
final class LogsCommand implements Callable<Integer> {
    @Parameters(paramLabel = "STAGE", description = "a service such as backbone, a release such as backbone=toyworld@2.0.0, an instance such as backbone-1, or consul")
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
        var names = stage.contains("=") ? instancesOf(Release.parse(stage)) : List.of(stage);
        logs.print(names, lines, System.out);
        if (follow) {
            logs.follow(names, System.out);
        }
        return 0;
    }

    /** No log's name says it: an instance's number is anybody's who comes next. */
    private static List<String> instancesOf(Release release) throws IOException, InterruptedException {
        var ids = MeshState.runningControl().instances().stream().filter(instance -> instance.isOf(release))
                .map(InstanceView::id).toList();
        if (ids.isEmpty()) {
            throw new IOException("no instance of %s runs; ./anymesh logs %s shows all that its service has left"
                    .formatted(release, release.service()));
        }
        return ids;
    }
}
