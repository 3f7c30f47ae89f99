// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.consul;

import anymesh.kit.store.Document;
import anymesh.kit.store.MeshStore;
import anymesh.wire.call.Registration;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** The store in Consul's keys, below {@code anymesh/}. Listeners are called on Vert.x contexts. */
public final class ConsulMeshStore implements MeshStore {
    private final Vertx vertx;
    private final ConsulAccess access;
    private final ConsulKeys keys;
    private final List<KeyFollower> followers = new CopyOnWriteArrayList<>();

    private ConsulMeshStore(Vertx vertx, ConsulAccess access) {
        this.vertx = vertx;
        this.access = access;
        this.keys = access.keys();
    }

    /**
     * Opens the store to read and write below these prefixes.
     *
     * @throws ConsulRefusedException if Consul answers and will not have us. One that does not answer is no error.
     */
    public static ConsulMeshStore open(Vertx vertx, ConsulConfig config, Set<String> prefixes) {
        var access = new ConsulAccess(vertx, config);
        var store = new ConsulMeshStore(vertx, access);
        try {
            access.insist(access.mayWrite(prefixes), "keys " + prefixes);
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
        return store;
    }

    @Override
    public Future<Optional<Document>> get(String name) {
        return keys.get(name);
    }

    @Override
    public Future<List<Document>> list(String prefix) {
        return keys.list(prefix, 0, 0, ConsulAccess.CALL_MILLIS).map(ConsulKeys.Listing::documents);
    }

    @Override
    public Future<Boolean> put(String name, String text, long version) {
        return keys.put(name, text, version);
    }

    @Override
    public Future<Boolean> remove(String name, long version) {
        // To Consul, version 0 means: whatever there is.
        return version == Document.ABSENT ? Future.succeededFuture(false) : keys.remove(name, version);
    }

    @Override
    public Registration watch(String prefix, Consumer<List<Document>> listener) {
        var follower = new KeyFollower(vertx, prefix, access.keys(), listener);
        followers.add(follower);
        follower.start();
        return () -> {
            followers.remove(follower);
            follower.close();
        };
    }

    @Override
    public void close() {
        followers.forEach(KeyFollower::close);
        keys.close();
        access.close();
    }
}
