// SPDX-License-Identifier: Apache-2.0
package anymesh.cli;

import anymesh.cli.processes.InstanceView;
import java.io.PrintStream;
import java.util.List;

/** The one table of instances. */
final class InstanceTable {
    private static final int LEAST = 20;

    private InstanceTable() {}

    static void print(List<InstanceView> instances, PrintStream to) {
        var row = "%%-%ds %%-7s %%-22s %%-16s %%-9s %%-17s %%-17s%%n".formatted(Math.max(LEAST,
                instances.stream().mapToInt(instance -> instance.id().length()).max().orElse(0)));
        to.printf(row, "INSTANCE", "PID", "MODALITY", "BUNDLE", "STATE", "GRPC", "HTTP");
        instances.forEach(instance -> to.printf(row, instance.id(), orDash(instance.pid() == 0 ? "" : instance.pid()),
                orDash(instance.modality()),
                orDash(instance.served()),
                instance.state(), orDash(instance.grpc()), orDash(instance.http())));
    }

    private static String orDash(Object value) {
        var text = String.valueOf(value);
        return text.isEmpty() ? "-" : text;
    }
}
