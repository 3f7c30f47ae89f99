// SPDX-License-Identifier: Apache-2.0
package anymesh.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Chat completions over HTTP, as a caller of the mesh makes them. Thread-safe. */
final class MeshClient implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final HttpClient http = HttpClient.newHttpClient();
    private final URI chat;
    private final String model;

    /** Asks the built-in family. */
    MeshClient(String url) {
        this(url, "toyworld");
    }

    MeshClient(String url, String model) {
        chat = URI.create(url + "/v1/chat/completions");
        this.model = model;
    }

    JsonNode ask(String text, Map<String, Object> options) throws IOException, InterruptedException {
        var response = http.send(post(text, options), HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException(response.body());
        }
        return JSON.readTree(response.body());
    }

    /** Asks for a stream and reads it to its end; {@code onStart} is run once, when a medium was begun. */
    void stream(String text, Map<String, Object> options, Runnable onStart) throws IOException, InterruptedException {
        var body = new HashMap<String, Object>(options);
        body.put("stream", true);
        // Over HTTP/1.1: a connection of HTTP/2 has no more than 100 streams.
        var request = HttpRequest.newBuilder(post(text, body), (_, _) -> true).version(HttpClient.Version.HTTP_1_1)
                .build();
        var response = http.send(request, HttpResponse.BodyHandlers.ofLines());
        boolean done = false;
        try (var lines = response.body()) {
            for (var line : (Iterable<String>) lines::iterator) {
                if (line.contains("\"start\"")) {
                    onStart.run();
                }
                done |= line.contains("[DONE]");
            }
        }
        if (!done) {
            throw new IOException("the stream was cut; status " + response.statusCode());
        }
    }

    private HttpRequest post(String text, Map<String, Object> options) throws IOException {
        var body = new HashMap<String, Object>(options);
        body.put("model", model);
        body.put("messages", List.of(Map.of("role", "user", "content", text)));
        return HttpRequest.newBuilder(chat).header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body))).build();
    }

    @Override
    public void close() {
        http.close();
    }
}
