// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import anymesh.gateway.recording.StoredRecordings;
import anymesh.gateway.routing.StoredRoutes;
import anymesh.gateway.swap.StoredSwaps;
import anymesh.kit.discovery.RegistryConfig;
import anymesh.kit.replicas.WantedReplicas;
import anymesh.kit.store.InMemoryMeshLocks;
import anymesh.kit.store.InMemoryMeshStore;
import anymesh.kit.store.MeshLocks;
import anymesh.kit.store.MeshStore;
import io.vertx.core.Vertx;
import java.util.Set;

/**
 * What the gateways of a mesh have in common besides its registry: how many instances are wanted, which releases take which
 * share, the swaps, and what is recorded.
 */
public final class Shared implements AutoCloseable {
    private static final Set<String> WRITTEN = Set.of(StoredRoutes.FOLDER, StoredSwaps.FOLDER,
            StoredSwaps.OBSERVATIONS, StoredRecordings.FOLDER);

    private final WantedReplicas wanted;
    private final StoredRoutes routes;
    private final MeshStore store;
    private final MeshLocks locks;
    private final Runnable onClose;

    private Shared(WantedReplicas wanted, StoredRoutes routes, MeshStore store, MeshLocks locks, Runnable onClose) {
        this.wanted = wanted;
        this.routes = routes;
        this.store = store;
        this.locks = locks;
        this.onClose = onClose;
    }

    /** In the mesh that a gateway is configured for. Where its stages are listed and nobody keeps it, it has all of it for itself. */
    public static Shared open(Vertx vertx, RegistryConfig config) {
        if (config.keeper() == RegistryConfig.Kind.STATIC) {
            return alone();
        }
        var wanted = config.wanted(vertx);
        return new Shared(wanted, StoredRoutes.open(vertx, config), config.store(vertx, WRITTEN),
                config.locks(vertx), wanted::close);
    }

    /** In a mesh of one process, which is told nothing of how many instances there shall be. Takes over both. */
    public static Shared in(MeshStore store, MeshLocks locks) {
        return in(store, locks, WantedReplicas.unknown());
    }

    /** The same where it is told. */
    static Shared in(MeshStore store, MeshLocks locks, WantedReplicas wanted) {
        return new Shared(wanted, StoredRoutes.open(store), store, locks, () -> {});
    }

    /** Where nobody else looks. */
    public static Shared alone() {
        return in(new InMemoryMeshStore(), new InMemoryMeshLocks());
    }

    WantedReplicas wanted() {
        return wanted;
    }

    StoredRoutes routes() {
        return routes;
    }

    MeshStore store() {
        return store;
    }

    MeshLocks locks() {
        return locks;
    }

    @Override
    public void close() {
        onClose.run();
        routes.close();
        store.close();
        locks.close();
    }
}
