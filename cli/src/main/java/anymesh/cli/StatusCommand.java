// SPDX-License-Identifier: Apache-2.0
package anymesh.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
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
    public Integer call() throws JsonProcessingException {
        var state = MeshState.running(Home.stateFile());
        if (json) {
            var instances = state.map(MeshState::instances).orElse(List.of());
            System.out.println(JsonMapper.builder().build().writeValueAsString(Map.of("instances", instances)));
        } else if (state.isEmpty()) {
            System.out.println("no mesh is running (start one: ./anymesh up)");
        } else {
            print(state.get());
        }
        return state.isPresent() ? 0 : 1;
    }

    private static void print(MeshState state) {
        var row = "%-24s %-12s %-18s %-9s %-17s %-17s%n";
        System.out.printf("mesh at %s (process %d)%n", state.url(), state.pid());
        System.out.printf(row, "INSTANCE", "MODALITY", "BUNDLE", "STATE", "GRPC", "HTTP");
        state.instances().forEach(instance -> System.out.printf(row, instance.id(), instance.modality(),
                instance.bundle() + "@" + instance.version(), instance.state(), instance.grpc(), instance.http()));
    }
}
