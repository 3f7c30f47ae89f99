// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.recording;

import anymesh.kit.catalogue.Modalities;
import anymesh.kit.store.Document;
import anymesh.kit.store.MeshStore;
import anymesh.v1.Modality;
import anymesh.wire.call.Registration;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The recordings of a mesh in the store that it shares, the last one of each modality: {@code recordings/image}. */
public final class StoredRecordings {
    /** Below this, the store must let itself be read and written. */
    public static final String FOLDER = "recordings/";
    private static final Logger log = LoggerFactory.getLogger(StoredRecordings.class);

    private final MeshStore store;

    /** The store stays its caller's. */
    public StoredRecordings(MeshStore store) {
        this.store = store;
    }

    private static String name(Modality modality) {
        return FOLDER + Modalities.name(modality);
    }

    /** The last one of a modality. */
    public Future<Optional<Recording>> get(Modality modality) {
        return store.get(name(modality)).map(found -> found.flatMap(StoredRecordings::read));
    }

    /** Begins one; fails with {@code IllegalStateException} while another one of its modality goes on. */
    public Future<Void> begin(Recording recording, Instant now) {
        var name = name(recording.modality());
        return requireNone(recording.modality(), now).compose(found -> store
                .put(name, RecordingJson.write(recording).encode(), version(found))
                .compose(isDone -> isDone ? Future.succeededFuture() : begin(recording, now)));
    }

    /** Fails as {@link #begin} does, and gives what is written of the last one otherwise. */
    public Future<Optional<Document>> requireNone(Modality modality, Instant now) {
        return store.get(name(modality)).compose(found -> {
            var other = found.flatMap(StoredRecordings::read).filter(last -> !last.isOver(now));
            return other.isEmpty()
                    ? Future.succeededFuture(found)
                    : Future.failedFuture(new IllegalStateException(
                            "%s is recorded already, by %s until %s: ./anymesh record %1$s --stop ends that".formatted(
                                    Modalities.name(modality), other.get().who(), other.get().until())));
        });
    }

    /** Ends one before its time, unless it has ended or another one has begun; says how it stands then. */
    public Future<Optional<Recording>> end(Recording recording, String text) {
        var name = name(recording.modality());
        return store.get(name).compose(found -> {
            var now = found.flatMap(StoredRecordings::read).filter(last -> last.id().equals(recording.id()));
            if (now.isEmpty() || !now.get().ended().isEmpty()) {
                return Future.succeededFuture(now);
            }
            var ended = now.get().ended(text);
            return store.put(name, RecordingJson.write(ended).encode(), version(found))
                    .compose(isDone -> isDone ? Future.succeededFuture(Optional.of(ended)) : end(recording, text));
        });
    }

    /** Tells of all now and after each change. */
    Registration watch(Consumer<List<Recording>> listener) {
        return store.watch(FOLDER, documents -> listener.accept(
                documents.stream().flatMap(document -> read(document).stream()).toList()));
    }

    private static long version(Optional<Document> found) {
        return found.map(Document::version).orElse(Document.ABSENT);
    }

    private static Optional<Recording> read(Document document) {
        try {
            return Optional.of(RecordingJson.read(document.text()));
        } catch (IllegalArgumentException e) {
            log.error("{} is left alone: {}", document.name(), e.getMessage());
            return Optional.empty();
        }
    }
}
