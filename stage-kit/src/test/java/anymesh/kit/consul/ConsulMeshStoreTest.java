// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.consul;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import anymesh.kit.server.Futures;
import anymesh.kit.store.Document;
import anymesh.kit.store.MeshStore;
import anymesh.kit.store.MeshStoreContract;
import anymesh.kit.testing.ConsulAgent;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** The contract on a real Consul, and what happens when that goes away. */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
final class ConsulMeshStoreTest extends MeshStoreContract {
    private static Vertx vertx;
    private static ConsulAgent consul;

    @TempDir
    private static Path folder;

    @BeforeAll
    static void startConsul() {
        vertx = Vertx.vertx();
        consul = ConsulAgent.start(folder, "");
    }

    @AfterAll
    static void stopConsul() {
        Futures.join(vertx.close());
        if (consul != null) {
            consul.close();
        }
    }

    @Override
    protected MeshStore open() {
        return ConsulMeshStore.open(vertx, Consuls.hasty(consul.address()), Set.of("replicas/"));
    }

    @Test
    void aWatchOutlivesConsulAndSeesWhatCameAfter() {
        try (var store = open()) {
            var told = new CopyOnWriteArrayList<List<Document>>();
            store.watch("replicas/outage/", told::add);
            assertThat(Futures.join(store.put("replicas/outage/a", "1", Document.ABSENT))).isTrue();
            await().until(() -> !told.isEmpty() && !told.getLast().isEmpty());
            consul.kill();
            assertThat(store.get("replicas/outage/a").toCompletionStage().toCompletableFuture())
                    .failsWithin(Duration.ofSeconds(10));
            consul.startAgain();
            assertThat(Futures.join(store.put("replicas/outage/b", "2", Document.ABSENT))).isTrue();
            await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(told.getLast())
                    .extracting(Document::name).containsExactly("replicas/outage/b"));
        }
    }
}
