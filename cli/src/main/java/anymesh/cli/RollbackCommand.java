// SPDX-License-Identifier: Apache-2.0
package anymesh.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code anymesh rollback}: the old release serves again, at once. */
@Command(name = "rollback", mixinStandardHelpOptions = true, description = "Sends all requests back to the release that the last swap was to replace, or has replaced.")
final class RollbackCommand implements Callable<Integer> {
    @CommandLine.Mixin
    private final Target target = new Target();

    @Parameters(paramLabel = "MODALITY", description = "image, audio or video")
    @SuppressWarnings("NullAway.Init")
    private String modality;

    @Option(names = "--why", paramLabel = "TEXT", defaultValue = "", description = "stands in the log and the report")
    @SuppressWarnings("NullAway.Init")
    private String why;

    @Override
    public Integer call() throws IOException, InterruptedException {
        SwapReport.print(target.control().rollBack(JsonNodeFactory.instance.objectNode()
                .put("modality", modality).put("who", System.getProperty("user.name")).put("why", why)), System.out);
        return 0;
    }
}
