// SPDX-License-Identifier: Apache-2.0
package anymesh.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Asks for pictures. Thread-safe. */
final class PicturesClient implements AutoCloseable {
    // HTTP/1.1: a connection of HTTP/2 has no more than 100 streams.
    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI pictures;

    PicturesClient(String url) {
        pictures = URI.create(url + "/v1/images/generations");
    }

    /**
     * An answer.
     *
     * @param millis until it was there as a whole
     * @param forecast milliseconds that the gateway said it would take at most; 0 where it knew nothing
     */
    record Reply(int status, double millis, long forecast, String body) {
        Reply made() throws IOException {
            if (status != 200) {
                throw new IOException(body);
            }
            return this;
        }
    }

    Reply ask(@Nullable Duration deadline) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(pictures).header("content-type", "application/json")
                .POST(BodyPublishers.ofString("{\"prompt\": \"draw a red bell\"}"));
        if (deadline != null) {
            request.header("x-request-timeout-ms", String.valueOf(deadline.toMillis()));
        }
        long start = System.nanoTime();
        var response = http.send(request.build(), BodyHandlers.ofString());
        double millis = (System.nanoTime() - start) / 1e6;
        return new Reply(response.statusCode(), millis,
                response.headers().firstValueAsLong("x-anymesh-forecast-ms").orElse(0),
                response.statusCode() == 200 ? "" : response.body());
    }

    @Override
    public void close() {
        http.close();
    }
}
