// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** What an instance's {@code /metrics} said at one moment. */
record Scrape(List<String> lines) {

    /** Asks an instance that listens for HTTP at this {@code host:port}. */
    static Scrape of(String address) throws IOException, InterruptedException {
        try (var http = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create("http://" + address + "/metrics"))
                    .timeout(Duration.ofSeconds(30)).build();
            return new Scrape(http.send(request, BodyHandlers.ofString()).body().lines().toList());
        }
    }

    /** The sum of the series of this name that have all these labels, each as {@code key="value"}; 0 if there are none. */
    double sum(String name, String... labels) {
        return lines.stream().filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                .filter(line -> Stream.of(labels).allMatch(line::contains))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1))).sum();
    }
}
