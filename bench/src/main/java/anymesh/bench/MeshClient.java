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

    MeshClient(String url) {
        chat = URI.create(url + "/v1/chat/completions");
    }

    JsonNode ask(String text, Map<String, Object> options) throws IOException, InterruptedException {
        var body = new HashMap<String, Object>(options);
        body.put("model", "toyworld");
        body.put("messages", List.of(Map.of("role", "user", "content", text)));
        var request = HttpRequest.newBuilder(chat).header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body))).build();
        var response = http.send(request, HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException(response.body());
        }
        return JSON.readTree(response.body());
    }

    @Override
    public void close() {
        http.close();
    }
}
