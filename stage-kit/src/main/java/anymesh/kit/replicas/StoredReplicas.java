// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.replicas;

import anymesh.kit.store.Document;
import anymesh.kit.store.MeshStore;
import anymesh.kit.store.StoreFollower;
import anymesh.wire.call.Registration;
import io.vertx.core.Future;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Wanted replicas in the store that the mesh shares: {@code replicas/SERVICE} is <code>{"wanted": 1}</code>, and
 * {@code replicas/SERVICE/BUNDLE/VERSION}, for a release that was started beside what the service is configured with,
 * <code>{"wanted": 1, "bundle": "/its/folder"}</code>. What is called a service here may be such a name.
 */
public final class StoredReplicas implements WantedReplicas {
    /** Below this, the store must let itself be read and written. */
    public static final String FOLDER = "replicas/";
    private static final String WANTED = "wanted";
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

    @Override
    public Future<Void> set(String service, int count) {
        return change(service, json -> json.put(WANTED, count)).mapEmpty();
    }

    /** As {@link #set(String, int)}, and says where the bundle lies. */
    public Future<Void> set(String service, int count, Path bundle) {
        return change(service, json -> json.put(WANTED, count).put("bundle", bundle.toString())).mapEmpty();
    }

    /** A release beside its service, as it stands in the store; the bundle is empty if nothing says where it lies. */
    public record Started(String name, int wanted, String bundle) {}

    /** Releases that are wanted, whoever wanted them. */
    public Future<List<Started>> started() {
        return store.list(FOLDER).map(documents -> documents.stream()
                .filter(document -> document.name().indexOf('/', FOLDER.length()) > 0)
                .map(document -> {
                    var json = read(document);
                    return new Started(document.name().substring(FOLDER.length()), wanted(json).orElse(0),
                            String.valueOf(json.getValue("bundle", "")));
                }).toList());
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
        return change(service, json -> {
            if (wanted(json).equals(OptionalInt.of(0))) {
                json.put(WANTED, 1);
            }
        }).onComplete(isChanged -> {
            waking.remove(service);
            if (isChanged.succeeded() && isChanged.result()) {
                log.info("service={} is woken", service);
            }
        }).mapEmpty();
    }

    /** What the change leaves alone stays as it is. Says whether it made a difference. */
    private Future<Boolean> change(String service, Consumer<JsonObject> change) {
        return store.get(FOLDER + service).compose(found -> {
            var before = found.map(StoredReplicas::read).orElseGet(JsonObject::new);
            var after = before.copy();
            change.accept(after);
            if (after.equals(before)) {
                return Future.succeededFuture(false);
            }
            return store.put(FOLDER + service, after.encode(), found.map(Document::version).orElse(Document.ABSENT))
                    .compose(isDone -> isDone ? Future.succeededFuture(true) : change(service, change));
        });
    }

    private static OptionalInt wanted(Document document) {
        return wanted(read(document));
    }

    private static OptionalInt wanted(JsonObject json) {
        return json.getValue(WANTED) instanceof Number count && count.intValue() >= 0
                ? OptionalInt.of(count.intValue())
                : OptionalInt.empty();
    }

    private static JsonObject read(Document document) {
        try {
            return new JsonObject(document.text());
        } catch (DecodeException e) {
            log.warn("{} cannot be read: {}", document.name(), document.text());
            return new JsonObject();
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
