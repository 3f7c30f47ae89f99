// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.routing;

import anymesh.kit.discovery.RegistryConfig;
import anymesh.kit.store.Document;
import anymesh.kit.store.MeshStore;
import anymesh.kit.store.StoreFollower;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The route table that the mesh shares, followed: {@code routes/NAME} is one route. While the store is away the last table
 * holds, and while one route can't be read, what it was before.
 */
public final class StoredRoutes implements Supplier<RouteTable>, AutoCloseable {
    /** Below this, the store must let itself be read. */
    public static final String FOLDER = "routes/";
    private static final Logger log = LoggerFactory.getLogger(StoredRoutes.class);

    private final StoreFollower follower;
    private volatile RouteTable table = RouteTable.EMPTY;

    private StoredRoutes(MeshStore store) {
        this.follower = StoreFollower.open(store, FOLDER, this::follow, "which routes there are");
    }

    /** Those of the mesh that a gateway is configured for; as below. */
    public static StoredRoutes open(Vertx vertx, RegistryConfig config) {
        return open(config.store(vertx, Set.of(FOLDER)));
    }

    /** Takes over the store and follows it; waits a moment for what it says first. */
    public static StoredRoutes open(MeshStore store) {
        return new StoredRoutes(store);
    }

    private void follow(List<Document> documents) {
        var next = new HashMap<String, Route>();
        documents.forEach(document -> read(document, next));
        if (!next.equals(table.routes())) {
            log.info("routes {}", next);
        }
        table = new RouteTable(next);
    }

    private void read(Document document, Map<String, Route> next) {
        var name = document.name().substring(FOLDER.length());
        try {
            next.put(name, RouteJson.read(document.text()));
        } catch (IllegalArgumentException e) {
            var before = table.routes().get(name);
            log.error("{} is not followed, {} holds: {}", document.name(), before == null ? "no route" : before,
                    e.getMessage());
            if (before != null) {
                next.put(name, before);
            }
        }
    }

    /** The routes of the moment. */
    @Override
    public RouteTable get() {
        return table;
    }

    @Override
    public void close() {
        follower.close();
    }
}
