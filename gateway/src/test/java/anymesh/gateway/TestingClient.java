// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;

/** An HTTP client of a gateway. */
final class TestingClient {
    static final String CHAT = "/v1/chat/completions";
    static final String RESPONSES = "/v1/responses";
    static final String IMAGES = "/v1/images/generations";
    static final String EDITS = "/v1/images/edits";
    static final String VARIATIONS = "/v1/images/variations";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http = HttpClient.newHttpClient();
    private final int port;

    TestingClient(int port) {
        this.port = port;
    }

    int port() {
        return port;
    }

    /** An answer, whose body is JSON. */
    record Answer(HttpResponse<String> response) {
        int status() {
            return response.statusCode();
        }

        JsonNode json() {
            return parse(response.body());
        }

        JsonNode error() {
            return json().path("error");
        }

        String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }
    }

    static JsonNode parse(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A chat request; quotes may be written as apostrophes. */
    static String chat(String userContent, String... moreFields) {
        var more = moreFields.length == 0 ? "" : "," + String.join(",", moreFields);
        return json("{'model':'toyworld','messages':[{'role':'user','content':" + userContent + "}]" + more + "}");
    }

    static String json(String apostrophes) {
        return apostrophes.replace('\'', '"');
    }

    static String dataUrl(String bytes) {
        return "data:image/png;base64," + Base64.getEncoder().encodeToString(bytes.getBytes(StandardCharsets.UTF_8));
    }

    static String picture(String bytes) {
        return "{'type':'image_url','image_url':{'url':'" + dataUrl(bytes) + "'}}";
    }

    static String decode(String dataUrl) {
        return new String(Base64.getDecoder().decode(dataUrl.substring(dataUrl.indexOf(',') + 1)),
                StandardCharsets.UTF_8);
    }

    /** What is the same in every undisturbed answer to a request. */
    static String essence(Answer answer) {
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
        var message = answer.json().path("choices").path(0).path("message");
        return message.path("content").asText() + message.path("parts");
    }

    /** The same of a stream, put together as a client does it; its progress never goes backwards. */
    static String essence(List<String> events) {
        assertThat(events.getLast()).isEqualTo("[DONE]");
        var content = new StringBuilder();
        var media = new ArrayList<JsonNode>();
        var steps = new HashMap<Integer, Integer>();
        for (String event : events.subList(0, events.size() - 1)) {
            var delta = parse(event).path("choices").path(0).path("delta");
            content.append(delta.path("content").asText());
            var part = delta.path("parts").path(0);
            int step = part.path("step").asInt();
            if (part.path("waiting").asBoolean()) {
                continue; // how long it took to come about is no part of the answer
            }
            switch (part.path("event").asText()) {
                case "progress" -> assertThat(step)
                        .isGreaterThan(nonNull(steps.put(part.path("index").asInt(), step)));
                case "done" -> media.add(part);
                default -> {
                }
            }
        }
        media.sort((a, b) -> a.path("index").asInt() - b.path("index").asInt());
        return content.toString() + media;
    }

    private static int nonNull(Integer step) {
        return step == null ? 0 : step;
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .header("content-type", "application/json");
    }

    Answer post(String path, String body) {
        return send(request(path).POST(BodyPublishers.ofString(body)).build());
    }

    Answer get(String path) {
        return send(request(path).GET().build());
    }

    Answer send(HttpRequest request) {
        try {
            return new Answer(http.send(request, BodyHandlers.ofString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A stream under way, to be read or left. */
    InputStream open(String path, String body) throws IOException, InterruptedException {
        return http.send(request(path).POST(BodyPublishers.ofString(body)).build(), BodyHandlers.ofInputStream())
                .body();
    }

    /** A form of texts, and of files under names that begin with {@code @}. */
    Answer postForm(String path, String... namesAndValues) {
        var form = new StringBuilder();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            var name = namesAndValues[i];
            form.append("--edge\r\nContent-Disposition: form-data; name=\"").append(name.replace("@", ""))
                    .append(name.startsWith("@") ? "\"; filename=\"file\"\r\n\r\n" : "\"\r\n\r\n")
                    .append(namesAndValues[i + 1]).append("\r\n");
        }
        return send(request(path).setHeader("content-type", "multipart/form-data; boundary=edge")
                .POST(BodyPublishers.ofString(form.append("--edge--\r\n").toString())).build());
    }

    /** The {@code data:} lines of a whole stream. */
    List<String> events(String body) {
        return events(CHAT, body);
    }

    /** The same of another route. */
    List<String> events(String path, String body) {
        var events = new ArrayList<String>();
        post(path, body).response().body().lines().forEach(line -> {
            if (line.startsWith("data: ")) {
                events.add(line.substring(6));
            }
        });
        return events;
    }
}
