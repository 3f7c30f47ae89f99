// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.files;

import anymesh.gateway.jobs.Page;
import anymesh.gateway.jobs.Storage;
import anymesh.gateway.jobs.Whose;
import anymesh.gateway.media.MediaStore;
import com.google.protobuf.ByteString;
import io.vertx.core.Future;
import java.util.Optional;

/** The files of a mesh, as any of its gateways has them. Thread-safe. */
public final class StoredFiles {
    private final Storage storage;

    public StoredFiles(Storage storage) {
        this.storage = storage;
        storage.sweeps(FileStore::new);
    }

    /** Whether any are kept. */
    public boolean isOn() {
        return storage.isOn();
    }

    /** Where their bytes lie. */
    public MediaStore media() {
        return storage.media();
    }

    /** Keeps a file: its bytes first, so that nobody is promised what isn't there. */
    public Future<StoredFile> keep(NewFile file, ByteString bytes) {
        return storage.writable().compose(database -> media().put(FileStore.nameOf(file.id()), bytes)
                .compose(_ -> new FileStore(database).insert(file, bytes.size())));
    }

    /** The file of this id that a client sent, if there is one of {@code whose}. */
    public Future<Optional<StoredFile>> get(String id, Whose whose) {
        return find(id, whose).map(found -> found.filter(file -> file.purpose() != FilePurpose.HANDED_OUT));
    }

    private Future<Optional<StoredFile>> find(String id, Whose whose) {
        return storage.ask(database -> new FileStore(database).get(id, whose), Optional.empty());
    }

    /** Files that clients sent, by the time when they did; {@code InvalidInput} if there is none of the id {@code after}. */
    public Future<Page<StoredFile>> list(Whose whose, Optional<FilePurpose> purpose, Optional<String> after, int limit,
            boolean isOldestFirst) {
        return storage.ask(database -> new FileStore(database).list(whose, purpose, after, limit, isOldestFirst),
                Page.empty());
    }

    /** The file that whoever has its id may have, if there is one. */
    public Future<Optional<StoredFile>> handedOut(String id) {
        return find(id, Whose.everybodys()).map(found -> found
                .filter(file -> file.purpose() == FilePurpose.HANDED_OUT));
    }

    /** Deletes a file; empty if there is none. */
    public Future<Optional<StoredFile>> delete(String id, Whose whose) {
        return storage.ask(database -> new FileStore(database).delete(id, whose), Optional.empty())
                .onSuccess(found -> found.ifPresent(file -> media().delete(file.medium().name())));
    }
}
