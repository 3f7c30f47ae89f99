// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import static anymesh.gateway.TestingClient.CHAT;
import static anymesh.gateway.TestingClient.chat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import anymesh.gateway.routing.StoredRoutes;
import anymesh.kit.server.Futures;
import anymesh.kit.store.Document;
import anymesh.v1.Modality;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two releases of the picture generator beside each other. */
class RoutesTest {
    private final TestingMesh mesh = new TestingMesh(TestingMesh.config(), Modality.IMAGE);

    @BeforeEach
    void serveAnother() {
        mesh.serve("generator-image", 2, "2.0.0");
    }

    @AfterEach
    void close() {
        mesh.close();
    }

    /** The versions of the generator that had a part in an answer. */
    private Set<String> versions(String content) {
        var usage = mesh.client.post(CHAT, chat(content)).json().path("usage").path("stages");
        var versions = new HashSet<String>();
        StreamSupport.stream(usage.spliterator(), false)
                .filter(stage -> stage.path("stage").asText().equals("generator-image"))
                .map(stage -> stage.path("version").asText()).forEach(versions::add);
        return versions;
    }

    private void route(String name, String text) {
        assertThat(Futures.join(mesh.store.put(StoredRoutes.FOLDER + name, text, Document.ABSENT))).isTrue();
    }

    @Test
    void aRouteSaysWhichReleaseDraws() {
        route("output/image", "{\"shares\":[{\"releases\":[\"generator-image=toyworld@2.0.0\"],\"weight\":1},"
                + "{\"releases\":[\"generator-image=toyworld@1.0.0\"],\"weight\":0}]}");
        await().untilAsserted(() -> assertThat(versions("'image'")).containsExactly("2.0.0"));
        var all = new ArrayList<Set<String>>();
        for (int i = 0; i < 20; i++) {
            all.add(versions("'image'"));
        }
        assertThat(all).containsOnly(Set.of("2.0.0"));
        assertThat(mesh.metric("anymesh_gateway_stage_seconds_count", "stage=\"generator-image\"",
                "version=\"2.0.0\"")).isGreaterThanOrEqualTo(20);
    }

    @Test
    void allMediaOfAnAnswerAreOfOneRelease() {
        var all = new HashSet<Set<String>>();
        for (int i = 0; i < 60; i++) { // of 60 all would be of one release once in 10^18 times
            all.add(versions("'image|and|image|image'"));
        }
        assertThat(all).containsExactlyInAnyOrder(Set.of("1.0.0"), Set.of("2.0.0"));
    }

    @Test
    void aModelMayBeCalledByAnyName() {
        mesh.serve("backbone", 2, "2.0.0");
        route("model/best", "{\"shares\":[{\"releases\":[\"backbone=toyworld@2.0.0\"],\"weight\":1}]}");
        await().untilAsserted(() -> assertThat(models()).containsExactly("best", "toyworld"));
        var answer = mesh.client.post(CHAT, chat("'Hello'").replace("toyworld", "best"));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("system_fingerprint").asText()).isEqualTo("toyworld@2.0.0");
    }

    private List<String> models() {
        return mesh.client.get("/v1/models").json().path("data").findValuesAsText("id");
    }
}
