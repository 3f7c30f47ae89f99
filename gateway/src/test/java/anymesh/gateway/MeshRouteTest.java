// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import anymesh.gateway.routing.StoredRoutes;
import anymesh.kit.server.Futures;
import anymesh.kit.store.Document;
import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What {@code GET /mesh} tells of instances and routes. */
class MeshRouteTest {
    private final TestingMesh mesh = new TestingMesh();

    @AfterEach
    void close() {
        mesh.close();
    }

    private JsonNode mesh() {
        var answer = mesh.client.get("/mesh");
        assertThat(answer.status()).isEqualTo(200);
        return answer.json();
    }

    @Test
    void stagesAreInTheOrderOfARequestsPath() {
        var stages = mesh().path("stages");
        assertThat(stages.findValuesAsText("stage")).containsExactly("encoder", "input-projector", "backbone",
                "output-projector", "generator");
        assertThat(stages.findValuesAsText("service")).containsExactly("encoder", "input-projector", "backbone",
                "output-projector", "generator-image", "generator-audio", "generator-video");
        assertThat(stages.path(4).path("services").path(2).path("instances")).as("sleeps").isEmpty();
    }

    @Test
    void anInstanceSaysWhatItIsButNotWhere() {
        mesh.serveCandidate("generator-image", 2, "2.0.0");
        await().untilAsserted(() -> {
            var instances = mesh().path("stages").path(4).path("services").path(0).path("instances");
            assertThat(instances.path(1).toString()).isEqualTo("{\"id\":\"generator-image-2\",\"state\":\"serving\","
                    + "\"bundle\":\"toyworld\",\"version\":\"2.0.0\",\"candidate\":true,\"modalities\":[\"image\"],\"features\":[]}");
        });
        assertThat(mesh().toString()).doesNotContain("127.0.0.1", String.valueOf(mesh.instance("encoder").grpcPort()));
    }

    @Test
    void routesTellSharesAndWhatIsOnTrial() {
        assertThat(mesh().path("routes")).isEmpty();
        assertThat(Futures.join(mesh.store.put(StoredRoutes.FOLDER + "output/image",
                "{\"shares\":[{\"releases\":[\"generator-image=toyworld@1.0.0\"],\"weight\":15},"
                        + "{\"releases\":[\"generator-image=toyworld@2.0.0\"],\"weight\":5,\"trial\":\"a-swap\"}]}",
                Document.ABSENT))).isTrue();
        await().untilAsserted(() -> assertThat(mesh().path("routes").path(0).toString()).isEqualTo(
                "{\"name\":\"output/image\",\"sticky\":false,\"on_trial\":true,\"shadow\":0,\"shares\":["
                        + "{\"weight\":15,\"share\":0.75,\"on_trial\":false,\"releases\":[\"generator-image=toyworld@1.0.0\"]},"
                        + "{\"weight\":5,\"share\":0.25,\"on_trial\":true,\"releases\":[\"generator-image=toyworld@2.0.0\"]}]}"));
    }
}
