// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.consul;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import anymesh.kit.server.Futures;
import anymesh.kit.store.Document;
import anymesh.kit.store.MeshStore;
import anymesh.kit.store.MeshStoreContract;
import anymesh.kit.testing.PatientWaits;
import anymesh.kit.testing.SharedConsul;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract on a real Consul, and what happens when that goes away. */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
final class ConsulMeshStoreTest extends MeshStoreContract {
    @RegisterExtension
    private static final SharedConsul SHARED = new SharedConsul();

    @Override
    protected MeshStore open() {
        return ConsulMeshStore.open(SHARED.vertx(), Consuls.hasty(SHARED.agent().address()), Set.of("replicas/"));
    }

    @Test
    void aWatchOutlivesConsulAndSeesWhatCameAfter() {
        try (var store = open()) {
            var told = new CopyOnWriteArrayList<List<Document>>();
            store.watch("replicas/outage/", told::add);
            assertThat(Futures.join(store.put("replicas/outage/a", "1", Document.ABSENT))).isTrue();
            await().until(() -> !told.isEmpty() && !told.getLast().isEmpty());
            SHARED.agent().kill();
            assertThat(store.get("replicas/outage/a").toCompletionStage().toCompletableFuture())
                    .failsWithin(PatientWaits.PATIENCE);
            SHARED.agent().startAgain();
            assertThat(Futures.join(store.put("replicas/outage/b", "2", Document.ABSENT))).isTrue();
            await().untilAsserted(() -> assertThat(told.getLast())
                    .extracting(Document::name).containsExactly("replicas/outage/b"));
        }
    }
}
