// SPDX-License-Identifier: Apache-2.0
package anymesh.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code anymesh status}: what the running mesh consists of. */
@Command(name = "status", mixinStandardHelpOptions = true, description = "Shows the instances of the running mesh.")
final class StatusCommand implements Callable<Integer> {
    @Option(names = "--json", description = "prints JSON")
    private boolean json;

    @Override
    public Integer call() throws IOException, InterruptedException {
        var state = MeshState.running(Home.stateFile());
        if (json) {
            var instances = state.isPresent() ? state.get().control().instances() : List.of();
            System.out.println(JsonMapper.builder().build().writeValueAsString(Map.of("instances", instances)));
        } else if (state.isEmpty()) {
            System.out.println("no mesh is running (start one: ./anymesh up)");
        } else {
            System.out.printf("mesh at %s (process %d)%n", state.get().url(), state.get().pid());
            InstanceTable.print(state.get().control().instances(), System.out);
        }
        return state.isPresent() ? 0 : 1;
    }
}
