// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;

/** A plain HTTP client of the gateway for tests. Thread-safe. */
final class MeshClient implements AutoCloseable {
    static final JsonMapper JSON = JsonMapper.builder().build();

    private final HttpClient http = HttpClient.newHttpClient();
    private final String url;

    MeshClient(String url) {
        this.url = url;
    }

    /** A status and a JSON body. */
    record Reply(int status, HttpResponse<String> response, JsonNode body) {
        String error(String key) {
            return body.path("error").path(key).asText();
        }
    }

    /** Posts a JSON body as it is. */
    Reply post(String path, String body) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(url + path)).header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)).build();
        var response = http.send(request, HttpResponse.BodyHandlers.ofString());
        return new Reply(response.statusCode(), response, JSON.readTree(response.body()));
    }

    Reply get(String path) throws IOException, InterruptedException {
        var response = http.send(HttpRequest.newBuilder(URI.create(url + path)).build(),
                HttpResponse.BodyHandlers.ofString());
        return new Reply(response.statusCode(), response, JSON.readTree(response.body()));
    }

    /** Asks in one user turn; content is a text or a list of parts. */
    Reply chat(Object content, Map<String, Object> options) throws IOException, InterruptedException {
        var body = new HashMap<String, Object>(options);
        body.putIfAbsent("model", "toyworld");
        body.put("messages", List.of(Map.of("role", "user", "content", content)));
        return post("/v1/chat/completions", JSON.writeValueAsString(body));
    }

    static Map<String, Object> imagePart(byte[] file) {
        return Map.of("type", "image_url", "image_url",
                Map.of("url", "data:image/png;base64," + Base64.getEncoder().encodeToString(file)));
    }

    static Map<String, Object> textPart(String text) {
        return Map.of("type", "text", "text", text);
    }

    static String text(Reply reply) {
        assertThat(reply.status()).as(reply.body().toString()).isEqualTo(200);
        return reply.body().path("choices").path(0).path("message").path("content").asText();
    }

    /** The pictures of an answer, in order. */
    static List<BufferedImage> pictures(Reply reply) throws IOException {
        assertThat(reply.status()).as(reply.body().toString()).isEqualTo(200);
        var pictures = new ArrayList<BufferedImage>();
        for (var part : reply.body().path("choices").path(0).path("message").path("parts")) {
            if (part.path("type").asText().equals("image_url")) {
                var dataUrl = part.path("image_url").path("url").asText();
                var file = Base64.getDecoder().decode(dataUrl.substring(dataUrl.indexOf(',') + 1));
                pictures.add(ImageIO.read(new ByteArrayInputStream(file)));
            }
        }
        return pictures;
    }

    /** The largest difference of any channel of any pixel, of 255. */
    static int difference(BufferedImage a, BufferedImage b) {
        assertThat(a.getWidth()).isEqualTo(b.getWidth());
        assertThat(a.getHeight()).isEqualTo(b.getHeight());
        int largest = 0;
        for (int y = 0; y < a.getHeight(); y++) {
            for (int x = 0; x < a.getWidth(); x++) {
                for (int shift = 0; shift <= 16; shift += 8) {
                    int one = a.getRGB(x, y) >> shift & 0xFF;
                    int other = b.getRGB(x, y) >> shift & 0xFF;
                    largest = Math.max(largest, Math.abs(one - other));
                }
            }
        }
        return largest;
    }

    @Override
    public void close() {
        http.close();
    }
}
