// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import static anymesh.gateway.TestingClient.chat;
import static anymesh.gateway.TestingClient.json;
import static anymesh.gateway.TestingClient.picture;
import static org.assertj.core.api.Assertions.assertThat;

import anymesh.wire.error.InvalidInput;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A medium that was seen needs no encoder for the next question about it. */
final class CachedMediaTest {
    private final TestingMesh mesh = new TestingMesh(
            TestingMesh.config(Map.of("ANYMESH_MEDIACACHEBYTES", String.valueOf(1 << 20))));
    private final List<Integer> encoded = new CopyOnWriteArrayList<>();

    @BeforeEach
    void count() {
        var encoder = mesh.encoder;
        mesh.encoder = (request, call, out) -> {
            encoded.add(request.header().getItemsCount());
            encoder.handle(request, call, out);
        };
    }

    @AfterEach
    void close() {
        mesh.close();
    }

    @Test
    void theSecondQuestionSkipsTwoHopsAndGetsTheSameAnswer() {
        var first = ask(question("PICTURE"));
        var second = ask(question("PICTURE"));
        assertThat(text(second)).isEqualTo(text(first)).isEqualTo("14");
        assertThat(encoded).containsExactly(1);
        assertThat(cached(first)).isEmpty();
        assertThat(cached(second)).containsExactlyInAnyOrder("encoder 1", "input-projector 1");
        assertThat(second.path("anymesh").path("route").findValuesAsText("instance")).containsExactly("backbone-1");
        assertThat(mesh.client.get("/metrics").response().body())
                .contains("anymesh_media_cache_total{result=\"hit\"} 1.0");
    }

    @Test
    void ofSeveralOnlyTheNewOnesAreEncodedAndAllKeepTheirPlaces() {
        ask(question("PIC22"));
        var body = json("{'model':'toyworld','messages':[{'role':'user','content':[" + picture("PIC1") + ","
                + picture("PIC22") + "," + picture("PIC333") + ",{'type':'text','text':'look'}]}]}");
        var answer = ask(body);
        assertThat(text(answer)).isEqualTo("8,10,12");
        assertThat(encoded).containsExactly(1, 2);
        assertThat(cached(answer)).containsExactlyInAnyOrder("encoder 1", "input-projector 1");
        assertThat(text(ask(body))).isEqualTo("8,10,12");
        assertThat(encoded).containsExactly(1, 2);
    }

    @Test
    void whatTheEncoderRefusesIsAskedAgainEachTime() {
        mesh.encoder = (request, call, out) -> {
            encoded.add(request.header().getItemsCount());
            throw new InvalidInput("no picture", "items[0]");
        };
        for (int i = 0; i < 2; i++) {
            assertThat(mesh.client.post("/v1/chat/completions", question("broken")).status()).isEqualTo(400);
        }
        assertThat(encoded).containsExactly(1, 1);
    }

    private static String question(String picture) {
        return chat("[{'type':'text','text':'look'}," + picture(picture) + "]");
    }

    private JsonNode ask(String body) {
        return mesh.client.post("/v1/chat/completions", body).json();
    }

    private static String text(JsonNode answer) {
        return answer.path("choices").path(0).path("message").path("content").asText();
    }

    private static List<String> cached(JsonNode answer) {
        return StreamSupport.stream(answer.path("usage").path("stages").spliterator(), false)
                .filter(stage -> stage.has("cached"))
                .map(stage -> stage.path("stage").asText() + " " + stage.path("cached").asInt()).toList();
    }
}
