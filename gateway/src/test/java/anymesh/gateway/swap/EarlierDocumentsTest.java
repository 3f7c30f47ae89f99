// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.swap;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.gateway.recording.Recording;
import anymesh.gateway.recording.StoredRecordings;
import anymesh.gateway.routing.Route;
import anymesh.gateway.routing.RouteJson;
import anymesh.gateway.routing.Share;
import anymesh.gateway.routing.StoredRoutes;
import anymesh.kit.registry.Release;
import anymesh.kit.replicas.StoredReplicas;
import anymesh.kit.server.Futures;
import anymesh.kit.store.Document;
import anymesh.kit.store.FileMeshStore;
import anymesh.v1.Modality;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What 0.1.0 wrote into a mesh's store, in {@code documents-0.1.0.json}, is read as what it was; and what this version writes for the
 * same is read by 0.1.0. It is written to {@code target/documents.json} too, for the next release to be kept like that.
 */
final class EarlierDocumentsTest {
    private static final Path WRITTEN = Path.of("src/test/resources/documents-0.1.0.json");
    private static final Instant NOON = Instant.parse("2026-11-27T12:00:00Z");
    private static final String ID = "01939a3e-0000-7000-8000-000000000001";
    private static final Release OLD = Release.parse("generator-image=toyworld@2.0.0");
    private static final Release NEW = Release.parse("generator-image=toyworld@3.0.0");
    private static final Path BUNDLE = Path.of("/bundles/image-3.0.0");

    private static final Route ROUTE = new Route(List.of(
            new Share(Set.of(OLD, Release.parse("output-projector=toyworld@3.0.0")), 75),
            new Share(Set.of(NEW), 25, ID)),
            10, true);
    private static final Swap SWAP = new Swap(ID, Modality.IMAGE, Set.of(OLD), Set.of(NEW),
            new Supply(Set.of(NEW), Map.of(NEW, BUNDLE.toString()), Map.of()),
            new SwapOptions(List.of(5, 25, 100), Duration.ofSeconds(20), Duration.ofMinutes(5), 20,
                    new SwapLimits(0.02, 1.25, 0.5, 2), true, List.of("a red bell", "a blue cat"), 15),
            Swap.State.STEP, 1, NOON, Set.of(Measure.P95, Measure.FIRST_PROGRESS), true, true,
            List.of(new Swap.Event(NOON, "someone wants it: a test"), new Swap.Event(NOON.plusSeconds(60), "25 %")));
    private static final Evidence EVIDENCE = evidence();
    private static final Recording RECORDING = new Recording(ID, Modality.AUDIO, 12.5, 40, NOON, NOON.plusSeconds(600),
            "/recordings/audio", "someone", "a test", "");

    @TempDir
    private Path folder;

    private static Evidence evidence() {
        var tallies = new EnumMap<Measure, Tally>(Measure.class);
        for (var measure : Measure.values()) {
            tallies.put(measure, new Tally(10, 0.5, -0.25, 20, -0.75, 1.5));
        }
        return new Evidence(tallies, new Evidence.Made(30, 1, 12.5, 40, 1 << 20),
                new Evidence.Made(11, 0, 13.5, 50, 1 << 21));
    }

    @Test
    void whatTheLastReleaseWroteIsReadAsWhatItWas() throws IOException {
        var store = FileMeshStore.open(Files.copy(WRITTEN, folder.resolve("documents.json")));
        try (var replicas = StoredReplicas.open(store)) {
            var swaps = new StoredSwaps(store);
            assertThat(Futures.join(swaps.get(Modality.IMAGE))).contains(SWAP);
            assertThat(Futures.join(swaps.evidence(SWAP))).isEqualTo(EVIDENCE);
            assertThat(Futures.join(new StoredRecordings(store).get(Modality.AUDIO))).contains(RECORDING);
            assertThat(replicas.of("generator-image")).isEqualTo(OptionalInt.of(2));
            assertThat(Futures.join(replicas.started())).containsExactly(
                    new StoredReplicas.Started("generator-image/toyworld/3.0.0", 1, BUNDLE.toString()));
        }
        try (var routes = StoredRoutes.open(FileMeshStore.open(folder.resolve("documents.json")))) {
            assertThat(routes.get().routes()).isEqualTo(Map.of("output/image", ROUTE));
        }
    }

    /** Readers of 0.1.0 miss what isn't there, and refuse a route with what they don't know; elsewhere they leave that alone. */
    @Test
    void whatIsWrittenNowTheLastReleaseReads() throws IOException {
        var file = Path.of("target/documents.json");
        Files.deleteIfExists(file);
        write(FileMeshStore.open(file));
        var before = new JsonObject(Files.readString(WRITTEN));
        var now = new JsonObject(Files.readString(file));
        assertThat(now.fieldNames()).containsAll(before.fieldNames());
        for (var name : before.fieldNames()) {
            assertThat(known(parsed(before, name), parsed(now, name))).as(name).isEqualTo(parsed(before, name));
            if (name.startsWith(StoredRoutes.FOLDER)) {
                assertThat(parsed(now, name)).as(name).isEqualTo(parsed(before, name));
            }
        }
    }

    private static Map<String, Object> parsed(JsonObject documents, String name) {
        return new JsonObject(documents.getString(name)).getMap();
    }

    /** What is there now without what wasn't there before. */
    private static Object known(Object before, Object now) {
        if (!(before instanceof Map<?, ?> old && now instanceof Map<?, ?> all)) {
            return now;
        }
        var known = new HashMap<Object, Object>();
        all.forEach((name, value) -> {
            if (old.containsKey(name)) {
                known.put(name, known(old.get(name), value));
            }
        });
        return known;
    }

    private static void write(FileMeshStore store) {
        try (var replicas = StoredReplicas.open(store)) {
            Futures.join(store.put(StoredRoutes.FOLDER + "output/image", RouteJson.write(ROUTE), Document.ABSENT));
            var swaps = new StoredSwaps(store);
            Futures.join(swaps.begin(SWAP));
            Futures.join(swaps.publish(Modality.IMAGE, "gateway-1", SWAP.place(), EVIDENCE));
            Futures.join(new StoredRecordings(store).begin(RECORDING, NOON));
            Futures.join(replicas.set("generator-image", 2));
            Futures.join(replicas.set("generator-image/toyworld/3.0.0", 1, BUNDLE));
        }
    }
}
