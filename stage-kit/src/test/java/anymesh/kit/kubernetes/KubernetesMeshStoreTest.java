// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import anymesh.kit.server.Futures;
import anymesh.kit.store.Document;
import anymesh.kit.store.MeshStore;
import anymesh.kit.store.MeshStoreContract;
import anymesh.kit.testing.PatientWaits;
import anymesh.kit.testing.SharedKube;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract on a real API server, and what happens when that goes away. */
@Timeout(value = 180, threadMode = ThreadMode.SEPARATE_THREAD)
final class KubernetesMeshStoreTest extends MeshStoreContract {
    @RegisterExtension
    private static final SharedKube SHARED = new SharedKube();

    @Override
    protected MeshStore open() {
        return KubernetesMeshStore.open(Kubes.access(SHARED));
    }

    @Test
    void aWatchOutlivesTheApiServerAndSeesWhatCameAfter() {
        try (var store = open()) {
            var told = new CopyOnWriteArrayList<List<Document>>();
            store.watch("replicas/outage/", told::add);
            assertThat(Futures.join(store.put("replicas/outage/a", "1", Document.ABSENT))).isTrue();
            await().until(() -> !told.isEmpty() && !told.getLast().isEmpty());
            SHARED.cluster().killApi();
            assertThat(store.get("replicas/outage/a").toCompletionStage().toCompletableFuture())
                    .failsWithin(PatientWaits.PATIENCE);
            SHARED.cluster().reviveApi();
            assertThat(Futures.join(store.put("replicas/outage/b", "2", Document.ABSENT))).isTrue();
            await().untilAsserted(() -> assertThat(told.getLast()).extracting(Document::name)
                    .containsExactly("replicas/outage/a", "replicas/outage/b"));
        }
    }

    @Test
    void ofTwoWhoWriteTheSameTextOneIsTooLate() {
        try (var store = open(); var other = open()) {
            Futures.join(store.put("replicas/same", "1", Document.ABSENT));
            long version = Futures.join(store.get("replicas/same")).orElseThrow().version();
            var mine = store.put("replicas/same", "1", version);
            var theirs = other.put("replicas/same", "1", version);
            assertThat(List.of(Futures.join(mine), Futures.join(theirs))).containsExactlyInAnyOrder(true, false);
        }
    }

    @Test
    void namesThatDifferInWhatObjectsMayNotBeCalledAreOtherDocuments() {
        var names = List.of("replicas/a/b", "replicas/a-b", "replicas/A-b", "replicas/a_b", "replicas/a.b",
                "replicas/" + "long/".repeat(100) + "1", "replicas/" + "long/".repeat(100) + "2");
        try (var store = open()) {
            for (var name : names) {
                assertThat(Futures.join(store.put(name, name, Document.ABSENT))).as(name).isTrue();
            }
            for (var name : names) {
                assertThat(Futures.join(store.get(name)).orElseThrow().text()).isEqualTo(name);
            }
            assertThat(Futures.join(store.list("repl"))).extracting(Document::name).containsAll(names);
        }
    }

    @Test
    void aDocumentMayBeAsLongAsInConsul() {
        var text = "ä".repeat(256 << 10);
        try (var store = open()) {
            assertThat(Futures.join(store.put("replicas/long", text, Document.ABSENT))).isTrue();
            assertThat(Futures.join(store.get("replicas/long")).orElseThrow().text()).isEqualTo(text);
        }
    }

    @Test
    void anObjectOfSomebodyElseIsNoDocument() {
        try (var store = open()) {
            SHARED.kubectl("create", "configmap", "foreign", "--from-literal=a=b");
            SHARED.kubectl("label", "configmap", "foreign",
                    "app.kubernetes.io/managed-by=anymesh", "anymesh.io/folder=foreign");
            assertThat(Futures.join(store.list("foreign/"))).isEmpty();
            assertThat(Futures.join(store.list("foreign"))).isEmpty();
        }
    }
}
