// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.database;

import anymesh.kit.server.Futures;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/**
 * SQLite in a file, which all processes of a machine may use at once. One connection, used by one worker thread: SQLite lets
 * one write at a time anyway. Not for a folder that several machines share.
 */
public final class SqliteDatabase implements Database {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    /** A file lock is the process's, and can't be asked for twice by it. */
    private static final Object OPENING = new Object();

    private final WorkerExecutor worker;
    private final Connection connection;

    private SqliteDatabase(WorkerExecutor worker, Connection connection) {
        this.worker = worker;
        this.connection = connection;
    }

    /**
     * Opens the database in a file; makes both, and the folder with rights for its owner alone, if there is none. Blocks.
     * {@link UncheckedIOException} if the file can't be made or read.
     */
    public static SqliteDatabase open(Vertx vertx, Path file) {
        try {
            var folder = Objects.requireNonNull(file.toAbsolutePath().getParent(), "a folder has no bytes");
            Files.createDirectories(folder,
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            return new SqliteDatabase(vertx.createSharedWorkerExecutor("jobs " + file, 1),
                    connect(file, folder.resolve(file.getFileName() + ".lock")));
        } catch (IOException e) {
            throw new UncheckedIOException("jobs can't be kept in " + file + ": " + e.getMessage(), e);
        } catch (SQLException e) {
            throw new UncheckedIOException(new IOException("jobs can't be kept in " + file + ": " + e.getMessage(), e));
        }
    }

    /** One after the other: what turns the journal on, and what makes the tables, can't do with somebody beside it. */
    private static Connection connect(Path file, Path lockFile) throws IOException, SQLException {
        synchronized (OPENING) {
            try (var channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    var _ = channel.lock()) {
                var config = new SQLiteConfig();
                config.setJournalMode(SQLiteConfig.JournalMode.WAL);
                config.setBusyTimeout((int) PATIENCE.toMillis());
                var source = new SQLiteDataSource(config);
                source.setUrl("jdbc:sqlite:" + file);
                Migrations.flyway().dataSource(source).load().migrate();
                return source.getConnection();
            }
        }
    }

    @Override
    public Future<List<Row>> run(String sql, @Nullable Object... arguments) {
        var text = sql.replace("{now}", "CAST(unixepoch('subsec') * 1000 AS INTEGER)").replace("{skip locked}", "");
        return worker.executeBlocking(() -> execute(text, arguments)).recover(e -> Future.failedFuture(
                Database.unavailable(e)));
    }

    private List<Row> execute(String sql, @Nullable Object[] arguments) throws SQLException {
        try (var statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < arguments.length; i++) {
                statement.setObject(i + 1, arguments[i]);
            }
            return rows(statement);
        }
    }

    /** All of them: a change is made when the last row has been read. */
    private static List<Row> rows(PreparedStatement statement) throws SQLException {
        var rows = new ArrayList<Row>();
        if (statement.execute()) {
            try (ResultSet results = statement.getResultSet()) {
                var columns = results.getMetaData();
                while (results.next()) {
                    var values = new HashMap<String, Object>();
                    for (int i = 1; i <= columns.getColumnCount(); i++) {
                        Object value = results.getObject(i);
                        if (value != null) {
                            values.put(columns.getColumnName(i), value);
                        }
                    }
                    rows.add(new Row(values));
                }
            }
        }
        return rows;
    }

    @Override
    public void close() {
        try {
            // Behind what is under way: a statement whose connection goes ends the process.
            Futures.join(worker.<Void>executeBlocking(() -> {
                connection.close();
                return null;
            }));
        } finally {
            Futures.join(worker.close());
        }
    }
}
