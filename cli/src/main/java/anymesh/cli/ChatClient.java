// SPDX-License-Identifier: Apache-2.0
package anymesh.cli;

import anymesh.cli.settings.OwnApiKey;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A streaming client of the gateway's chat completions: server-sent events in, one answer out. */
final class ChatClient {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final URI url;

    ChatClient(URI url) {
        this.url = url;
    }

    /** What came back, in the order of the tokens that asked for it. */
    record Answer(String text, List<Part> parts) {}

    /** A text, or a medium with its type and bytes. */
    sealed interface Part {
        record Text(String text) implements Part {}

        record Media(String mimeType, byte[] data) implements Part {
            @Override
            public String toString() {
                return "%s of %d bytes".formatted(mimeType, data.length);
            }
        }
    }

    /** Asks and tells the progress of everything that is being made; throws {@link IOException} with the mesh's message. */
    Answer ask(List<Map<String, Object>> content, @Nullable Long seed, boolean soundtrack, Consumer<String> progress)
            throws IOException, InterruptedException {
        var body = new HashMap<String, Object>();
        body.put("model", model());
        body.put("stream", true);
        body.put("messages", List.of(Map.of("role", "user", "content", content)));
        if (seed != null) {
            body.put("seed", seed);
        }
        if (soundtrack) {
            body.put("video", Map.of("soundtrack", true));
        }
        var request = OwnApiKey.request(url.resolve("/v1/chat/completions"))
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body)))
                .build();
        try (var http = HttpClient.newHttpClient()) {
            var response = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (var lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
                if (response.statusCode() != 200) {
                    throw error(JSON.readTree(lines));
                }
                return read(lines, progress);
            }
        }
    }

    private String model() throws IOException, InterruptedException {
        try (var http = HttpClient.newHttpClient()) {
            var response = http.send(OwnApiKey.request(url.resolve("/v1/models")).build(),
                    HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
            var body = JSON.readTree(response.body());
            if (response.statusCode() != 200) {
                throw error(body);
            }
            return body.path("data").path(0).path("id").asText();
        }
    }

    private static Answer read(BufferedReader lines, Consumer<String> progress) throws IOException {
        var assembly = new AnswerAssembly(progress);
        for (String line; (line = lines.readLine()) != null;) {
            if (line.equals("data: [DONE]")) {
                return assembly.answer();
            }
            if (line.startsWith("data: ")) {
                var event = JSON.readTree(line.substring("data: ".length()));
                if (event.has("error")) {
                    throw error(event);
                }
                assembly.take(event.path("choices").path(0).path("delta"));
            }
        }
        throw new IOException("the mesh broke off in the middle of its answer");
    }

    private static IOException error(JsonNode body) {
        return new IOException(body.path("error").path("message").asText("the mesh answered with an error"));
    }
}
