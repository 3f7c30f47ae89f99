// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.store;

import anymesh.wire.call.Registration;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The store of a mesh that lives in one process and shall find its documents again when it is started anew: a JSON object of
 * their texts by their names, in a file that is always whole. A write is done once it is in the file.
 */
public final class FileMeshStore implements MeshStore {
    private static final long CLOSE_SECONDS = 5;

    private final Path file;
    private final InMemoryMeshStore documents = new InMemoryMeshStore();
    // Not an event loop: a disk may take its time.
    private final ExecutorService thread = Executors
            .newSingleThreadExecutor(Thread.ofPlatform().name("documents").daemon().factory());

    private FileMeshStore(Path file) {
        this.file = file;
    }

    /** Begins with what is in the file, if it is there; throws {@link IOException} for one that can't be read or is none. */
    public static FileMeshStore open(Path file) throws IOException {
        var store = new FileMeshStore(file.toAbsolutePath());
        try {
            var json = new JsonObject(Files.readString(file));
            for (var name : json.fieldNames()) {
                store.documents.put(name, (String) json.getValue(name), Document.ABSENT);
            }
        } catch (NoSuchFileException _) {
            // a mesh that has never written any
        } catch (DecodeException | ClassCastException | IllegalArgumentException e) {
            throw new IOException("%s does not hold a mesh's documents; put it elsewhere to begin without them: %s"
                    .formatted(file, e.getMessage()), e);
        }
        return store;
    }

    @Override
    public Future<Optional<Document>> get(String name) {
        return documents.get(name);
    }

    @Override
    public Future<List<Document>> list(String prefix) {
        return documents.list(prefix);
    }

    @Override
    public Future<Boolean> put(String name, String text, long version) {
        return documents.put(name, text, version).compose(isDone -> isDone ? saved() : Future.succeededFuture(false));
    }

    @Override
    public Future<Boolean> remove(String name, long version) {
        return documents.remove(name, version).compose(isDone -> isDone ? saved() : Future.succeededFuture(false));
    }

    @Override
    public Registration watch(String prefix, Consumer<List<Document>> listener) {
        return documents.watch(prefix, listener);
    }

    private Future<Boolean> saved() {
        var saved = Promise.<Boolean>promise();
        try {
            thread.execute(() -> {
                try {
                    save();
                    saved.complete(true);
                } catch (IOException | UncheckedIOException e) {
                    saved.fail(e);
                }
            });
        } catch (RejectedExecutionException e) {
            saved.fail(new IllegalStateException("the store is closed", e));
        }
        return saved.future();
    }

    private void save() throws IOException {
        var json = new JsonObject();
        documents.list("").result().forEach(document -> json.put(document.name(), document.text()));
        Files.createDirectories(file.getParent());
        var next = file.resolveSibling(file.getFileName() + ".next");
        Files.writeString(next, json.encodePrettily());
        Files.move(next, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void close() {
        documents.close();
        thread.shutdown();
        try {
            var _ = thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
