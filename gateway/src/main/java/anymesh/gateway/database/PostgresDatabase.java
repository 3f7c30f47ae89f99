// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.database;

import anymesh.kit.server.Futures;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClientOptions;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** PostgreSQL, by Vert.x's client; only its tables are made by JDBC, when it is opened, which is all that Flyway speaks. */
public final class PostgresDatabase implements Database {
    private static final int CONNECTIONS = 4;
    private static final int CONNECT_MILLIS = 5_000;

    private final Pool pool;

    private PostgresDatabase(Pool pool) {
        this.pool = pool;
    }

    /**
     * Opens a database and makes its tables if there are none; several may do so at once. Blocks. Throws a
     * {@link RuntimeException} if it can't be reached or refuses.
     *
     * @param uri {@code postgresql://host:port/database}, with parameters that both clients know, such as {@code sslmode}
     */
    public static PostgresDatabase open(Vertx vertx, String uri, String user, String password) {
        Migrations.flyway().dataSource("jdbc:" + uri, user, password).load().migrate();
        var options = PgConnectOptions.fromUri(uri).setUser(user).setPassword(password);
        return new PostgresDatabase(PgBuilder.pool().connectingTo(options).using(vertx)
                .with(new NetClientOptions().setConnectTimeout(CONNECT_MILLIS))
                .with(new PoolOptions().setMaxSize(CONNECTIONS).setConnectionTimeout(CONNECT_MILLIS)
                        .setConnectionTimeoutUnit(TimeUnit.MILLISECONDS).setShared(false))
                .build());
    }

    @Override
    public Future<List<Row>> run(String sql, @Nullable Object... arguments) {
        var text = numbered(sql.replace("{now}", "(extract(epoch from clock_timestamp()) * 1000)::bigint")
                .replace("{skip locked}", "FOR UPDATE SKIP LOCKED"));
        return pool.preparedQuery(text).execute(Tuple.from(arguments)).map(rows -> {
            var list = new ArrayList<Row>();
            rows.forEach(row -> list.add(row(row)));
            return (List<Row>) list;
        }).recover(e -> Future.failedFuture(Database.unavailable(e)));
    }

    private static Row row(io.vertx.sqlclient.Row row) {
        var values = new HashMap<String, Object>();
        for (int i = 0; i < row.size(); i++) {
            Object value = row.getValue(i);
            if (value != null) {
                values.put(row.getColumnName(i), value);
            }
        }
        return new Row(values);
    }

    /** With {@code $1}, {@code $2} in the place of question marks, which no statement here has in a text. */
    static String numbered(String sql) {
        var numbered = new StringBuilder();
        int number = 0;
        for (int i = 0; i < sql.length(); i++) {
            char c = sql.charAt(i);
            if (c == '?') {
                numbered.append('$').append(++number);
            } else {
                numbered.append(c);
            }
        }
        return numbered.toString();
    }

    @Override
    public void close() {
        Futures.join(pool.close());
    }
}
