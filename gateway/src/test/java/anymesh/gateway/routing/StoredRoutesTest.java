// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import anymesh.kit.registry.Release;
import anymesh.kit.server.Futures;
import anymesh.kit.store.Document;
import anymesh.kit.store.InMemoryMeshStore;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoredRoutesTest {
    private static final Route ROUTE = new Route(List.of(
            new Share(Set.of(Release.parse("generator-image=toyworld@2.0.0"),
                    Release.parse("output-projector=toyworld@2.0.0")), 95),
            new Share(Set.of(Release.parse("generator-image=other@1.0.0")), 5)));
    private static final String NAME = "output/image";

    private final InMemoryMeshStore store = new InMemoryMeshStore();
    private final StoredRoutes routes = StoredRoutes.open(store);

    @AfterEach
    void close() {
        routes.close();
    }

    private void put(String text) {
        var document = StoredRoutes.FOLDER + NAME;
        long version = Futures.join(store.get(document)).map(Document::version).orElse(Document.ABSENT);
        assertThat(Futures.join(store.put(document, text, version))).isTrue();
    }

    private void awaitTable(Map<String, Route> expected) {
        await().untilAsserted(() -> assertThat(routes.get().routes()).isEqualTo(expected));
    }

    @Test
    void whatStandsInTheStoreIsTheTable() {
        assertThat(routes.get()).isEqualTo(RouteTable.EMPTY);
        put(RouteJson.write(ROUTE));
        awaitTable(Map.of(NAME, ROUTE));
        var document = Futures.join(store.get(StoredRoutes.FOLDER + NAME)).orElseThrow();
        Futures.join(store.remove(document.name(), document.version()));
        awaitTable(Map.of());
    }

    @Test
    void aRouteThatCannotBeReadChangesNothing() {
        put(RouteJson.write(ROUTE));
        awaitTable(Map.of(NAME, ROUTE));
        put("{\"shares\": [{\"releases\": [\"generator-image=toyworld@3.0.0\"], \"weight\": 1, \"until\": \"noon\"}]}");
        var other = new Route(List.of(new Share(Set.of(Release.parse("backbone=toyworld@2.0.0")), 1)));
        Futures.join(store.put(StoredRoutes.FOLDER + "model/best", RouteJson.write(other), Document.ABSENT));
        awaitTable(Map.of(NAME, ROUTE, "model/best", other));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{}", "{\"shares\": 1}", "{\"shares\": [1]}", "{\"shares\": []}",
        "{\"shares\": [{\"weight\": 1}]}", "{\"shares\": [{\"releases\": [\"backbone=toyworld@1\"]}]}",
        "{\"shares\": [{\"releases\": [\"backbone=toyworld@1\"], \"weight\": -1}]}",
        "{\"shares\": [{\"releases\": [\"backbone=toyworld@1\"], \"weight\": 0}]}",
        "{\"shares\": [{\"releases\": [\"toyworld\"], \"weight\": 1}]}",
        "{\"shares\": [{\"releases\": [\"backbone=toyworld@1\"], \"weight\": 1}], \"fast\": true}"})
    void whatIsNoRouteIsRefused(String text) {
        assertThatThrownBy(() -> RouteJson.read(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
