// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.files;

import anymesh.gateway.database.Database;
import anymesh.gateway.database.Row;
import anymesh.gateway.jobs.Listing;
import anymesh.gateway.jobs.Page;
import anymesh.gateway.jobs.Shelf;
import anymesh.gateway.jobs.StoredMedium;
import anymesh.gateway.jobs.Whose;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The rows of files. Times are the database's. All that is asked fails with {@code StageUnavailable} if that can't be reached. */
final class FileStore implements Shelf {
    private static final String VISIBLE = "(expires_at IS NULL OR expires_at > {now})";

    private final Database database;

    FileStore(Database database) {
        this.database = database;
    }

    /** Where the bytes of a file lie. */
    static String nameOf(String id) {
        return id + "/file";
    }

    Future<StoredFile> insert(NewFile file, long bytes) {
        var keepFor = file.keepFor();
        return database.run("""
                INSERT INTO stored_file (id, owner, purpose, filename, mime_type, bytes, created_at, expires_at)
                VALUES (?, ?, ?, ?, ?, ?, {now}, {now} + ?) RETURNING *""", file.id(), file.owner(),
                file.purpose().toString(), file.filename(), file.mimeType(), bytes,
                keepFor == null ? null : (Long) keepFor.toMillis()).map(rows -> file(rows.getFirst()));
    }

    Future<Optional<StoredFile>> get(String id, Whose whose) {
        return database.run("SELECT * FROM stored_file WHERE id = ? AND " + VISIBLE + whose.condition(),
                whose.arguments(id)).map(rows -> rows.stream().findFirst().map(FileStore::file));
    }

    /** Those that clients sent, by the time when they did; see {@link Listing#page}. */
    Future<Page<StoredFile>> list(Whose whose, Optional<FilePurpose> purpose, Optional<String> after, int limit,
            boolean isOldestFirst) {
        var which = VISIBLE + (purpose.isPresent() ? " AND purpose = ?" : " AND purpose <> ?");
        var word = purpose.orElse(FilePurpose.HANDED_OUT).toString();
        return new Listing(database, "stored_file", "file", which, List.of(word)).page(whose, after, limit,
                isOldestFirst, FileStore::file);
    }

    /** Deletes one that a client sent. */
    Future<Optional<StoredFile>> delete(String id, Whose whose) {
        return database.run("DELETE FROM stored_file WHERE id = ? AND purpose <> 'handed_out' AND " + VISIBLE
                + whose.condition() + " RETURNING *",
                whose.arguments(id)).map(rows -> rows.stream().findFirst().map(FileStore::file));
    }

    @Override
    public Future<List<StoredMedium>> deleteExpired() {
        return database.run("DELETE FROM stored_file WHERE expires_at <= {now} RETURNING *")
                .map(rows -> rows.stream().map(row -> file(row).medium()).toList());
    }

    @Override
    public Future<Set<String>> filesOf(Collection<String> ids) {
        if (ids.isEmpty()) {
            return Future.succeededFuture(Set.of());
        }
        var places = String.join(", ", Collections.nCopies(ids.size(), "?"));
        return database.run("SELECT id FROM stored_file WHERE id IN (" + places + ")", ids.toArray())
                .map(rows -> rows.stream().map(row -> nameOf(row.requiredText("id"))).collect(Collectors.toSet()));
    }

    private static StoredFile file(Row row) {
        var id = row.requiredText("id");
        var expiresAt = row.number("expires_at");
        return new StoredFile(id, row.requiredText("owner"), FilePurpose.read(row.requiredText("purpose")),
                row.requiredText("filename"),
                new StoredMedium(nameOf(id), row.requiredText("mime_type"), row.requiredNumber("bytes")),
                Instant.ofEpochMilli(row.requiredNumber("created_at")),
                expiresAt == null ? null : Instant.ofEpochMilli(expiresAt));
    }
}
