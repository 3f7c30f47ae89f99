// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.replicas;

import anymesh.kit.store.Document;
import anymesh.kit.store.MeshStore;
import anymesh.kit.store.StoreFollower;
import anymesh.wire.call.Registration;
import io.vertx.core.Future;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.IntUnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Wanted replicas in the store that the mesh shares: {@code replicas/SERVICE} is <code>{"wanted": 1}</code>. */
public final class StoredReplicas implements WantedReplicas, AutoCloseable {
    /** Below this, the store must let itself be read and written. */
    public static final String FOLDER = "replicas/";
    private static final Logger log = LoggerFactory.getLogger(StoredReplicas.class);

    private final MeshStore store;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final Set<String> waking = ConcurrentHashMap.newKeySet();
    private final StoreFollower follower;
    private volatile Map<String, Integer> wanted = Map.of();

    private StoredReplicas(MeshStore store) {
        this.store = store;
        this.follower = StoreFollower.open(store, FOLDER, this::follow, "how many instances are wanted");
    }

    /** Takes over the store and follows it; waits a moment for what it says first. */
    public static StoredReplicas open(MeshStore store) {
        return new StoredReplicas(store);
    }

    private void follow(List<Document> documents) {
        var next = new HashMap<String, Integer>();
        documents.forEach(document -> wanted(document).ifPresent(
                count -> next.put(document.name().substring(FOLDER.length()), count)));
        wanted = Map.copyOf(next);
        listeners.forEach(Runnable::run);
    }

    @Override
    public OptionalInt of(String service) {
        Integer count = wanted.get(service);
        return count == null ? OptionalInt.empty() : OptionalInt.of(count);
    }

    /** As it stands in the store at this moment. */
    public Future<OptionalInt> fetch(String service) {
        return store.get(FOLDER + service)
                .map(found -> found.map(StoredReplicas::wanted).orElse(OptionalInt.empty()));
    }

    /** Wants so many from now on, whatever was wanted before. */
    public Future<Void> set(String service, int count) {
        return change(service, _ -> count).mapEmpty();
    }

    /** Says nothing about this service any more. */
    public Future<Void> forget(String service) {
        return store.get(FOLDER + service).compose(found -> found.isEmpty()
                ? Future.<Void>succeededFuture()
                : store.remove(FOLDER + service, found.get().version())
                        .compose(isDone -> isDone ? Future.<Void>succeededFuture() : forget(service)));
    }

    /** Of two that wake a service at the same time, be it in two processes, one does. */
    @Override
    public Future<Void> wake(String service) {
        if (!waking.add(service)) {
            return Future.succeededFuture(); // it is being done
        }
        return change(service, count -> count == 0 ? 1 : count).onComplete(isChanged -> {
            waking.remove(service);
            if (isChanged.succeeded() && isChanged.result()) {
                log.info("service={} is woken", service);
            }
        }).mapEmpty();
    }

    /** {@code change} is given -1 where nothing is known. Says whether it made a difference. */
    private Future<Boolean> change(String service, IntUnaryOperator change) {
        return store.get(FOLDER + service).compose(found -> {
            int before = found.map(StoredReplicas::wanted).orElse(OptionalInt.empty()).orElse(-1);
            int after = change.applyAsInt(before);
            if (after == before) {
                return Future.succeededFuture(false);
            }
            var text = new JsonObject().put("wanted", after).encode();
            return store.put(FOLDER + service, text, found.map(Document::version).orElse(Document.ABSENT))
                    .compose(isDone -> isDone ? Future.succeededFuture(true) : change(service, change));
        });
    }

    private static OptionalInt wanted(Document document) {
        try {
            Integer count = new JsonObject(document.text()).getInteger("wanted");
            return count == null || count < 0 ? OptionalInt.empty() : OptionalInt.of(count);
        } catch (DecodeException | ClassCastException e) {
            log.warn("{} cannot be read: {}", document.name(), document.text());
            return OptionalInt.empty();
        }
    }

    @Override
    public Registration watch(Runnable listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    @Override
    public void close() {
        follower.close();
    }
}
