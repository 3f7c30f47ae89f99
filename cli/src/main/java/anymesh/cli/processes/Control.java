// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.processes;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** How to reach the {@link ControlServer} of a running mesh. Errors are {@link IOException}s with the mesh's words. */
public record Control(String url, String token) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    public List<InstanceView> instances() throws IOException, InterruptedException {
        return send("GET", "/instances");
    }

    /** Returns when it serves. A folder on this machine is absolute, since the mesh runs in another one. */
    public List<InstanceView> start(StartRequest asked) throws IOException, InterruptedException {
        return send("POST", "/start?service=%s&bundle=%s&image=%s&release=%s&replicas=%s".formatted(
                encode(asked.service()), encode(asked.bundle()), encode(asked.image()), encode(asked.release()),
                encode(asked.replicas())));
    }

    public List<InstanceView> scale(String service, String replicas) throws IOException, InterruptedException {
        return send("POST", "/scale?service=%s&replicas=%s".formatted(encode(service), encode(replicas)));
    }

    public List<InstanceView> stop(String instance) throws IOException, InterruptedException {
        return send("POST", "/stop?instance=" + encode(instance));
    }

    /** The texts of all routes, by their names. */
    public JsonNode routes() throws IOException, InterruptedException {
        return JSON.readTree(text("GET", "/routes", ""));
    }

    /** Changes one; see {@link RouteDesk#change}. */
    public JsonNode route(JsonNode asked) throws IOException, InterruptedException {
        return JSON.readTree(text("POST", "/routes", asked.toString()));
    }

    /** How the last swap of a modality stands; see {@link SwapDesk}. */
    public JsonNode swap(String modality) throws IOException, InterruptedException {
        return JSON.readTree(text("GET", "/swap?modality=" + encode(modality), ""));
    }

    /** Begins one. */
    public JsonNode swap(JsonNode asked) throws IOException, InterruptedException {
        return JSON.readTree(text("POST", "/swap", asked.toString()));
    }

    public JsonNode rollBack(JsonNode asked) throws IOException, InterruptedException {
        return JSON.readTree(text("POST", "/rollback", asked.toString()));
    }

    /** How the last recording of a modality stands; see {@link RecordDesk}. */
    public JsonNode recording(String modality) throws IOException, InterruptedException {
        return JSON.readTree(text("GET", "/record?modality=" + encode(modality), ""));
    }

    /** Begins or ends one. */
    public JsonNode record(JsonNode asked) throws IOException, InterruptedException {
        return JSON.readTree(text("POST", "/record", asked.toString()));
    }

    private List<InstanceView> send(String method, String path) throws IOException, InterruptedException {
        return JSON.readValue(text(method, path, ""), new TypeReference<>() {
        });
    }

    private String text(String method, String path, String body) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(url + path)).header("authorization", "Bearer " + token)
                .method(method, HttpRequest.BodyPublishers.ofString(body)).build();
        try (var http = HttpClient.newHttpClient()) {
            HttpResponse<String> response;
            try {
                response = http.send(request, BodyHandlers.ofString());
            } catch (ConnectException e) {
                throw new IOException("the mesh takes no commands; it is being stopped", e);
            }
            if (response.statusCode() != 200) {
                throw new IOException(JSON.readTree(response.body()).path("error").asText());
            }
            return response.body();
        }
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** Without the token: this may be logged. */
    @Override
    public String toString() {
        return url;
    }
}
