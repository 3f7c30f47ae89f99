// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import anymesh.kit.testing.HealthyServer;
import anymesh.v1.Capability;
import anymesh.v1.Modality;
import anymesh.kit.testing.PatientWaits;
import anymesh.v1.StageDescription;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every registry does. Ids are used once, as a registry may outlive a test. */
public abstract class StageRegistryContract {
    protected static final String SERVICE = "generator-image";
    private static final Duration SOON = PatientWaits.PATIENCE;
    private static int ids;

    private final HealthyServer server = new HealthyServer();
    private StageRegistry registry;

    /** An open registry that follows {@link #SERVICE}. */
    protected abstract StageRegistry open();

    /** How a registry shows what was put: one that is not told by stages themselves may not know all of it. */
    protected StageInstance shown(StageInstance put) {
        return put;
    }

    @BeforeEach
    final void begin() {
        registry = open();
    }

    @AfterEach
    final void end() {
        registry.close();
        server.close();
    }

    @Test
    void anInstanceThatWasPutIsThereWithAllThatWasSaidOfIt() {
        var instance = serving(longDescription());
        registry.put(instance);
        await().atMost(SOON).untilAsserted(() -> assertThat(registry.snapshot()).containsExactly(shown(instance)));
    }

    @Test
    void instancesComeInTheOrderOfTheirIds() {
        var one = serving(description());
        var other = serving(description());
        registry.put(other);
        registry.put(one);
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(registry.snapshot()).containsExactly(shown(one), shown(other)));
    }

    @Test
    void putReplacesTheInstanceOfThatId() {
        var loading = loading();
        registry.put(loading);
        await().atMost(SOON).untilAsserted(() -> assertThat(registry.snapshot()).containsExactly(shown(loading)));
        var serving = new StageInstance(loading.id(), SERVICE, "127.0.0.1", server.port(), 1, 7, StageState.SERVING,
                description());
        registry.put(serving);
        await().atMost(SOON).untilAsserted(() -> assertThat(registry.snapshot()).containsExactly(shown(serving)));
    }

    @Test
    void aDrainingInstanceIsStillThereAndSaysSo() {
        var instance = serving(description());
        registry.put(instance);
        registry.put(instance.with(StageState.DRAINING));
        await().atMost(SOON).untilAsserted(
                () -> assertThat(registry.snapshot()).containsExactly(shown(instance.with(StageState.DRAINING))));
    }

    @Test
    void aRemovedInstanceIsGoneAtOnceAfterItDrained() {
        var instance = serving(description());
        registry.put(instance);
        await().atMost(SOON).until(() -> !registry.snapshot().isEmpty());
        registry.put(instance.with(StageState.DRAINING));
        await().atMost(SOON).until(() -> registry.snapshot().getFirst().state() == StageState.DRAINING);
        registry.remove(instance.id());
        await().atMost(SOON).until(() -> registry.snapshot().isEmpty());
        registry.remove(instance.id());
    }

    @Test
    void aListenerIsToldWhatIsThereAndEveryChangeUntilItLeaves() {
        var first = serving(description());
        registry.put(first);
        await().atMost(SOON).until(() -> registry.snapshot().equals(List.of(shown(first))));
        var told = new CopyOnWriteArrayList<List<StageInstance>>();
        var registration = registry.watch(told::add);
        assertThat(told).containsExactly(List.of(shown(first)));
        var second = serving(description());
        registry.put(second);
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(told.getLast()).containsExactly(shown(first), shown(second)));
        registration.close();
        int before = told.size();
        registry.remove(second.id());
        await().atMost(SOON).until(() -> registry.snapshot().size() == 1);
        assertThat(told).hasSize(before);
    }

    @Test
    void changesOfOneInstanceArriveInTheirOrder() {
        var instance = loading();
        registry.put(instance);
        registry.put(instance.with(StageState.WARMING));
        var serving = new StageInstance(instance.id(), SERVICE, "127.0.0.1", server.port(), 1, 7, StageState.SERVING,
                description());
        registry.put(serving);
        registry.put(serving.with(StageState.DRAINING));
        registry.remove(instance.id());
        registry.put(serving);
        await().atMost(SOON).untilAsserted(() -> assertThat(registry.snapshot()).containsExactly(shown(serving)));
    }

    protected final StageInstance serving(StageDescription description) {
        return new StageInstance("image-" + (1000 + ids++), SERVICE, "127.0.0.1", server.port(), 1, 7,
                StageState.SERVING, description);
    }

    private static StageInstance loading() {
        return new StageInstance("image-" + (1000 + ids++), SERVICE, "127.0.0.1", 0, 1, 7, StageState.LOADING,
                StageDescription.getDefaultInstance());
    }

    protected static StageDescription description() {
        return StageDescription.newBuilder().setService(SERVICE).setBundle("toyworld").setVersion("1.2.3")
                .setCapacity(16).setCandidate(true)
                .addCapabilities(Capability.newBuilder().setModality(Modality.IMAGE).addAccepts("toyworld-cond-16x128")
                        .addSizes("32x32"))
                .build();
    }

    /** Longer than Consul's limit for one value. */
    private static StageDescription longDescription() {
        var sizes = IntStream.range(0, 300).mapToObj(i -> "%dx%d".formatted(64 + i, 64 + i)).toList();
        return description().toBuilder().addCapabilities(Capability.newBuilder().setModality(Modality.VIDEO)
                .addAccepts("Raum für Bilder \"1\"").addAllProduces(List.of("a", "b")).addAllSizes(sizes)).build();
    }
}
