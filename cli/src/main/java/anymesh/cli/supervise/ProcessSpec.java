// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.supervise;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What to run under a name: a command, variables on top of this process's environment, the folder to run in, and a file
 * for what it says.
 */
public record ProcessSpec(String id, List<String> command, Map<String, String> environment, Path folder,
        Path log) {
    private static final long LOG_BYTES = 16L << 20;
    private static final Path SETSID = Path.of("/usr/bin/setsid");

    public ProcessSpec {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }

    Process start() throws IOException {
        Files.createDirectories(log.getParent());
        if (Files.exists(log) && Files.size(log) > LOG_BYTES) {
            Files.move(log, log.resolveSibling(log.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
        }
        var whole = new ArrayList<String>();
        if (Files.isExecutable(SETSID)) {
            // In a session of its own: Ctrl-C is for the supervisor, which stops everybody in the right order.
            whole.add(SETSID.toString());
        }
        whole.addAll(command);
        var builder = new ProcessBuilder(whole).directory(folder.toFile()).redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(environment);
        return builder.start();
    }
}
