// SPDX-License-Identifier: Apache-2.0
package anymesh.cli;

import anymesh.cli.processes.InstanceView;
import anymesh.cli.settings.Home;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code anymesh status}: what the running mesh consists of. */
@Command(name = "status", mixinStandardHelpOptions = true, description = "Shows the instances of the running mesh.")
final class StatusCommand implements Callable<Integer> {
    @CommandLine.Mixin
    private final Target target = new Target();

    @Option(names = "--json", description = "prints JSON")
    private boolean json;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (target.namespace().isPresent()) {
            var instances = target.control().instances();
            if (!json) {
                System.out.printf("%s in namespace %s%n", instances.isEmpty() ? "no mesh runs" : "mesh",
                        target.namespace().get());
            }
            if (json || !instances.isEmpty()) {
                print(instances);
            }
            return instances.isEmpty() ? 1 : 0;
        }
        var state = MeshState.running(Home.stateFile());
        if (json) {
            List<InstanceView> instances = state.isPresent() ? state.get().control().instances() : List.of();
            print(instances);
        } else if (state.isEmpty()) {
            System.out.println("no mesh is running (start one: ./anymesh up)");
        } else {
            System.out.printf("mesh at %s (process %d)%n", state.get().url(), state.get().pid());
            print(state.get().control().instances());
        }
        return state.isPresent() ? 0 : 1;
    }

    private void print(List<InstanceView> instances) throws JsonProcessingException {
        if (json) {
            System.out.println(JsonMapper.builder().build().writeValueAsString(Map.of("instances", instances)));
        } else {
            InstanceTable.print(instances, System.out);
        }
    }
}
