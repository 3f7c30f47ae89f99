// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.processes;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;

/** Asks processes that do not register themselves whether they are ready. */
final class Readiness implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final HttpClient http = HttpClient.newBuilder().connectTimeout(PATIENCE).build();

    /** Whether the gateway there takes requests; blocks for a second at most. */
    boolean ofGateway(String address) {
        return answer(address, "/readyz").isPresent();
    }

    /**
     * Whether the Consul there has a leader. Before that it stores nothing, and one that is told to go while it still starts
     * may not hear it (seen with 1.22). Blocks for a second at most.
     */
    boolean ofConsul(String address) {
        return answer(address, "/v1/status/leader").filter(leader -> leader.contains(":")).isPresent();
    }

    private Optional<String> answer(String address, String path) {
        try {
            var request = HttpRequest.newBuilder(URI.create("http://" + address + path)).timeout(PATIENCE).build();
            return Optional.of(http.send(request, BodyHandlers.ofString())).filter(answer -> answer.statusCode() == 200)
                    .map(HttpResponse::body);
        } catch (IOException _) {
            return Optional.empty();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
