// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.database;

import anymesh.wire.error.StageUnavailable;
import io.vertx.core.Future;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Single statements, each a transaction of its own, in the SQL that SQLite and PostgreSQL have in common. Where they differ, a
 * statement has a word in braces: {@code {now}} is the database's clock in milliseconds since 1970, {@code {skip locked}} belongs
 * behind a subquery for a row that is to be changed by one of several who look for one.
 */
public interface Database extends AutoCloseable {
    /**
     * Runs a statement: a query, or a change that tells by {@code RETURNING} what it changed. Fails with {@link StageUnavailable}
     * if the database can't be reached or refuses; whether the change was made is then unknown.
     *
     * @param arguments texts and whole numbers for the question marks; null for none
     */
    Future<List<Row>> run(String sql, @Nullable Object... arguments);

    /** Waits for nothing that is under way. */
    @Override
    void close();

    /** What callers are told when a statement fails; the cause is for the log. */
    static StageUnavailable unavailable(Throwable cause) {
        return new StageUnavailable("The database of jobs can't be used at the moment.", cause);
    }
}
