// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.store;

import anymesh.wire.call.Registration;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** The store of a mesh that lives in one process. Listeners are called by the thread that makes the change. */
public final class InMemoryMeshStore implements MeshStore {
    private record Watch(String prefix, Consumer<List<Document>> listener) {}

    private final TreeMap<String, Document> documents = new TreeMap<>();
    private final List<Watch> watches = new CopyOnWriteArrayList<>();
    private long lastVersion = Document.ABSENT;

    @Override
    public synchronized Future<Optional<Document>> get(String name) {
        return Future.succeededFuture(Optional.ofNullable(documents.get(name)));
    }

    @Override
    public synchronized Future<List<Document>> list(String prefix) {
        return Future.succeededFuture(below(prefix));
    }

    @Override
    public synchronized Future<Boolean> put(String name, String text, long version) {
        if (versionOf(name) != version) {
            return Future.succeededFuture(false);
        }
        documents.put(name, new Document(name, text, ++lastVersion));
        tell(name);
        return Future.succeededFuture(true);
    }

    @Override
    public synchronized Future<Boolean> remove(String name, long version) {
        if (version == Document.ABSENT || versionOf(name) != version) {
            return Future.succeededFuture(false);
        }
        documents.remove(name);
        tell(name);
        return Future.succeededFuture(true);
    }

    @Override
    public synchronized Registration watch(String prefix, Consumer<List<Document>> listener) {
        var watch = new Watch(prefix, listener);
        watches.add(watch);
        listener.accept(below(prefix));
        return () -> watches.remove(watch);
    }

    private long versionOf(String name) {
        var there = documents.get(name);
        return there == null ? Document.ABSENT : there.version();
    }

    private List<Document> below(String prefix) {
        return documents.values().stream().filter(document -> document.name().startsWith(prefix)).toList();
    }

    private void tell(String name) {
        watches.stream().filter(watch -> name.startsWith(watch.prefix()))
                .forEach(watch -> watch.listener().accept(below(watch.prefix())));
    }

    @Override
    public void close() {
        watches.clear();
    }
}
