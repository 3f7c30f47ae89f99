// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.replicas;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.kit.server.Futures;
import anymesh.kit.store.Document;
import anymesh.kit.store.InMemoryMeshStore;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class StoredReplicasTest {
    private final InMemoryMeshStore store = new InMemoryMeshStore();
    private final StoredReplicas supervisor = StoredReplicas.open(store);
    private final StoredReplicas gateway = StoredReplicas.open(store);

    @AfterEach
    void close() {
        supervisor.close();
        gateway.close();
    }

    @Test
    void whatOneWantsTheOtherSees() {
        var heard = new AtomicInteger();
        try (var _ = gateway.watch(heard::incrementAndGet)) {
            assertThat(gateway.of("backbone")).isEmpty();
            Futures.join(supervisor.set("backbone", 2));
            assertThat(gateway.of("backbone")).hasValue(2);
            Futures.join(supervisor.set("backbone", 0));
            assertThat(gateway.of("backbone")).hasValue(0);
            Futures.join(supervisor.forget("backbone"));
            assertThat(gateway.of("backbone")).isEmpty();
            assertThat(heard).hasValue(3);
        }
        assertThat(Futures.join(supervisor.fetch("backbone"))).isEqualTo(OptionalInt.empty());
    }

    @Test
    void onlyWhatSleepsIsWoken() {
        Futures.join(gateway.wake("backbone"));
        assertThat(gateway.of("backbone")).as("nobody would start it").isEmpty();
        Futures.join(supervisor.set("backbone", 3));
        Futures.join(gateway.wake("backbone"));
        assertThat(supervisor.of("backbone")).hasValue(3);
        Futures.join(supervisor.set("backbone", 0));
        Futures.join(gateway.wake("backbone"));
        assertThat(supervisor.of("backbone")).hasValue(1);
    }

    @Test
    void ofManyWhoWakeItAtTheSameTimeOneDoes() throws Exception {
        Futures.join(supervisor.set("backbone", 0));
        long before = Futures.join(store.get("replicas/backbone")).orElseThrow().version();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var wakings = Stream.generate(() -> (Callable<Void>) () -> Futures.join(gateway.wake("backbone")))
                    .limit(16).toList();
            for (var waking : threads.invokeAll(wakings)) {
                waking.get();
            }
        }
        var after = Futures.join(store.get("replicas/backbone")).orElseThrow();
        assertThat(after.text()).isEqualTo("{\"wanted\":1}");
        assertThat(after.version()).as("one write").isEqualTo(before + 1);
    }

    @Test
    void aReleaseStandsBesideItsServiceAndSaysWhereItLies() {
        var release = "generator-image/toyworld/3.0.0";
        Futures.join(supervisor.set("generator-image", 0));
        Futures.join(supervisor.set(release, 1, Path.of("/models/three")));
        assertThat(gateway.of("generator-image")).hasValue(0);
        assertThat(gateway.of(release)).hasValue(1);
        Futures.join(gateway.set(release, 2));
        assertThat(new JsonObject(Futures.join(store.get("replicas/" + release)).orElseThrow().text()).getMap())
                .isEqualTo(Map.of("wanted", 2, "bundle", "/models/three"));
        Futures.join(gateway.wake("generator-image"));
        assertThat(supervisor.of("generator-image")).hasValue(1);
        assertThat(supervisor.of(release)).hasValue(2);
        assertThat(Futures.join(gateway.started()))
                .containsExactly(new StoredReplicas.Started(release, 2, "/models/three"));
        Futures.join(supervisor.forget(release));
        assertThat(Futures.join(gateway.started())).isEmpty();
        assertThat(gateway.of(release)).isEmpty();
        assertThat(gateway.of("generator-image")).hasValue(1);
    }

    @Test
    void whatCannotBeReadIsAsIfItWereNotThere() {
        Futures.join(store.put("replicas/encoder", "three", Document.ABSENT));
        Futures.join(store.put("replicas/backbone", "{\"wanted\":\"x\"}", Document.ABSENT));
        assertThat(gateway.of("encoder")).isEmpty();
        assertThat(gateway.of("backbone")).isEmpty();
        Futures.join(supervisor.set("encoder", 1));
        assertThat(gateway.of("encoder")).hasValue(1);
    }
}
