// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.jobs;

import anymesh.gateway.database.Database;
import anymesh.gateway.database.Row;
import anymesh.wire.error.InvalidInput;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The rows of a table by the time of their making, in pages.
 *
 * @param what a row is called
 * @param which of them are listed at all, a condition in SQL
 * @param arguments of that condition
 */
public record Listing(Database database, String table, String what, String which, List<Object> arguments) {
    public Listing {
        arguments = List.copyOf(arguments);
    }

    /**
     * A page.
     *
     * @param whose who may see them
     * @param after the id of the row behind which to begin; empty for the first. {@link InvalidInput} if there is none
     * @param isOldestFirst else the newest
     * @param read makes of a row what it stands for
     */
    public <T> Future<Page<T>> page(Whose whose, Optional<String> after, int limit, boolean isOldestFirst,
            Function<Row, T> read) {
        if (after.isEmpty()) {
            return page(whose, "", List.of(), limit, isOldestFirst, read);
        }
        return database.run("SELECT created_at, id FROM " + table + " WHERE id = ?" + whose.condition(),
                whose.arguments(after.get())).compose(rows -> {
                    if (rows.isEmpty()) {
                        throw new InvalidInput("Invalid 'after': there is no " + what + " with this id.", "after");
                    }
                    var row = rows.getFirst();
                    return page(whose, " AND (created_at, id) %s (?, ?)".formatted(isOldestFirst ? ">" : "<"),
                            List.of(row.requiredNumber("created_at"), row.requiredText("id")), limit, isOldestFirst,
                            read);
                });
    }

    private <T> Future<Page<T>> page(Whose whose, String behind, List<Object> cursor, int limit,
            boolean isOldestFirst, Function<Row, T> read) {
        var order = isOldestFirst ? "ASC" : "DESC";
        var theirs = whose.arguments(Stream.concat(arguments.stream(), cursor.stream()).toArray());
        return database.run("SELECT * FROM " + table + " WHERE " + which + behind + whose.condition()
                + " ORDER BY created_at %s, id %s LIMIT ?".formatted(order, order),
                Stream.concat(Stream.of(theirs), Stream.of(limit + 1L)).toArray())
                .map(rows -> new Page<>(rows.stream().limit(limit).map(read).toList(), rows.size() > limit));
    }
}
