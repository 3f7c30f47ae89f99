// SPDX-License-Identifier: Apache-2.0
package anymesh.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** A server in another process, from when on it answers. */
final class Answering {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final long PAUSE_MILLIS = 100;

    private Answering() {}

    /** Waits until there is a 200 under this URL; {@link IllegalStateException} if the process ends first, or takes too long. */
    static void await(Process process, String url) throws InterruptedException {
        long until = System.nanoTime() + PATIENCE.toNanos();
        var asked = HttpRequest.newBuilder(URI.create(url)).build();
        try (var http = HttpClient.newHttpClient()) {
            while (process.isAlive()) {
                try {
                    if (http.send(asked, BodyHandlers.discarding()).statusCode() == 200) {
                        return;
                    }
                } catch (IOException e) {
                    // It doesn't listen yet.
                }
                if (System.nanoTime() > until) {
                    throw new IllegalStateException("%s does not answer".formatted(url));
                }
                Thread.sleep(PAUSE_MILLIS);
            }
        }
        throw new IllegalStateException("what shall answer %s ended: %d".formatted(url, process.exitValue()));
    }
}
