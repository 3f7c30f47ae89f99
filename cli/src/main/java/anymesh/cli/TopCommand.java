// SPDX-License-Identifier: Apache-2.0
package anymesh.cli;

import anymesh.cli.settings.Home;
import anymesh.cli.top.StageLook;
import anymesh.cli.top.TopTable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code anymesh top}: what every stage is doing, from the metrics of its instances. */
@Command(name = "top", mixinStandardHelpOptions = true, description = "Shows instances, queues, work in flight, rates and latencies by stage, again and again on a terminal, else once.")
final class TopCommand implements Callable<Integer> {
    private static final int WINDOW = 30;
    private static final String CLEAR = "\u001b[H\u001b[J";

    @Option(names = "--seconds", defaultValue = "1", paramLabel = "S", description = "time between two looks (default: ${DEFAULT-VALUE})")
    private int seconds;

    @Override
    @SuppressWarnings("SystemConsoleNull") // without a terminal it is null again since JDK 25
    public Integer call() throws IOException, InterruptedException {
        var console = System.console();
        boolean isLive = console != null && console.isTerminal();
        var looks = new ArrayDeque<List<StageLook>>();
        while (true) {
            var state = MeshState.running(Home.stateFile())
                    .orElseThrow(() -> new IOException("no mesh is running (start one: ./anymesh up)"));
            looks.addLast(StageLook.all(state.control().instances()));
            if (looks.size() > WINDOW) {
                looks.removeFirst();
            }
            if (isLive || looks.size() > 1) {
                var table = TopTable.render(looks.getFirst(), looks.getLast(), isLive);
                System.out.print(isLive ? CLEAR + "mesh at " + state.url() + "\n" + table : table);
                System.out.flush();
            }
            if (!isLive && looks.size() > 1) {
                return 0;
            }
            Thread.sleep(Math.max(1, seconds) * 1_000L);
        }
    }
}
