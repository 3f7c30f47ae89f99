// SPDX-License-Identifier: Apache-2.0
package anymesh.cli;

import anymesh.gateway.keys.ApiKey;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code anymesh key}: makes a key of the API. */
@Command(name = "key", mixinStandardHelpOptions = true, description = "Makes an API key, which is printed once, and what to put into the gateway's file of keys (keys.file), which has its hash.")
final class KeyCommand implements Callable<Integer> {
    @Parameters(paramLabel = "NAME", description = "what its use is counted under")
    @SuppressWarnings("NullAway.Init")
    private String name;

    @Option(names = "--admin", description = "it also opens /metrics, and the videos of all callers")
    private boolean admin;

    @Override
    public Integer call() {
        var key = ApiKey.random();
        var entry = new ApiKey(name, ApiKey.hash(key), admin, null);
        // The key alone on standard output, so that a script can take it.
        System.out.println(key);
        System.err.println("This is the only time that it is shown. For the file of keys, below \"keys:\":");
        System.err.println("  - name: " + entry.name());
        System.err.println("    sha256: " + entry.sha256());
        if (admin) {
            System.err.println("    admin: true");
        }
        return 0;
    }
}
