// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.processes;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** Asks processes that do not register themselves whether they are ready. */
final class Readiness implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final HttpClient http = HttpClient.newBuilder().connectTimeout(PATIENCE).build();

    /** Whether it answers with 200; blocks for a second at most. */
    boolean of(String address, String path) {
        try {
            var request = HttpRequest.newBuilder(URI.create("http://" + address + path)).timeout(PATIENCE).build();
            return http.send(request, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException _) {
            return false;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
