// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.jobs;

import anymesh.gateway.database.Database;
import anymesh.gateway.database.PostgresDatabase;
import anymesh.gateway.database.SqliteDatabase;
import anymesh.gateway.media.MediaConfig;
import anymesh.gateway.media.MediaStore;
import anymesh.wire.error.MeshException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What outlives requests and gateways: a database, and the media that its rows name. The database is opened when the first row is
 * made or there is one of another gateway's, so that a mesh that never makes one has no file. Thread-safe.
 */
public final class Storage implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Storage.class);
    private static final long SWEEP_MILLIS = 60_000;
    /** How old a file has to be that no row names, unless attempts at jobs may take longer. */
    private static final Duration GRACE = Duration.ofHours(1);

    private final Vertx vertx;
    private final JobsConfig config;
    private final Path folder;
    private final MediaStore media;
    private final Sweeper sweeper;
    private final List<Function<Database, Shelf>> shelves = new CopyOnWriteArrayList<>();
    private final long sweeps;
    private final Object lock = new Object();
    private @Nullable Future<Database> opening;
    private @Nullable Database database;
    private boolean isClosed;

    private Storage(Vertx vertx, JobsConfig config) {
        this.vertx = vertx;
        this.config = config;
        folder = config.place(System.getenv());
        media = MediaStore.open(vertx, isOn() ? config.media() : MediaConfig.defaults(), folder.resolve("media"));
        var twice = config.timeout().multipliedBy(2);
        sweeper = new Sweeper(media, twice.compareTo(GRACE) > 0 ? twice : GRACE);
        sweeps = vertx.setPeriodic(SWEEP_MILLIS, _ -> sweep());
        var _ = media.ready(); // who starts a gateway reads in its log at once what is wrong
    }

    /** Where jobs are kept by this configuration. */
    public static Storage open(Vertx vertx, JobsConfig config) {
        return new Storage(vertx, config);
    }

    /** Whether anything is kept at all. */
    public boolean isOn() {
        return config.kind() != JobsConfig.Kind.NONE;
    }

    public MediaStore media() {
        return media;
    }

    /** From now on the rows of this table are removed when their time is over, and their files are nobody else's. */
    public void sweeps(Function<Database, Shelf> shelf) {
        shelves.add(shelf);
    }

    /** The database, if anybody has made a row; fails if it can't be reached. */
    public Future<Optional<Database>> ifAny() {
        synchronized (lock) {
            if (!isOn()) {
                return Future.succeededFuture(Optional.empty());
            }
            if (opening != null || config.kind() == JobsConfig.Kind.POSTGRES) {
                return database().map(Optional::of);
            }
        }
        return vertx.fileSystem().exists(file().toString())
                .compose(isThere -> isThere
                        ? database().map(Optional::of)
                        : Future.succeededFuture(Optional.empty()));
    }

    /** What the database says, or what there is where nobody has made a row. */
    public <T> Future<T> ask(Function<Database, Future<T>> question, T nothing) {
        return ifAny().compose(found -> found.map(question).orElseGet(() -> Future.succeededFuture(nothing)));
    }

    /** The database, which is made if there is none, once media can be kept too; fails while one of both can't be. */
    public Future<Database> writable() {
        return database().compose(opened -> here(media.ready()).map(opened));
    }

    /** The database, which is made if there is none; fails if that can't be. One that failed is tried again. */
    private Future<Database> database() {
        synchronized (lock) {
            if (opening == null || opening.failed()) {
                opening = vertx.executeBlocking(this::openDatabase, false).map(Objects::requireNonNull)
                        .recover(e -> Future.failedFuture(e instanceof MeshException ? e : Database.unavailable(e)));
            }
            return here(opening);
        }
    }

    /** What several wait for, on the event loop of each: by itself it would go on with all of them on that of the first. */
    private <T extends @Nullable Object> Future<T> here(Future<T> shared) {
        if (shared.succeeded()) {
            return Future.succeededFuture(shared.result());
        }
        var context = vertx.getOrCreateContext();
        Promise<T> promise = Promise.promise();
        shared.onComplete(done -> context.runOnContext(_ -> {
            if (done.succeeded()) {
                promise.complete(done.result());
            } else {
                promise.fail(done.cause());
            }
        }));
        return promise.future();
    }

    private Database openDatabase() {
        var opened = switch (config.kind()) {
            case FILE -> SqliteDatabase.open(vertx, file());
            case POSTGRES -> PostgresDatabase.open(vertx, config.postgres().uri(), config.postgres().user(),
                    password(config.postgres().passwordFile()));
            case NONE -> throw new IllegalStateException("jobs.kind is NONE");
        };
        synchronized (lock) {
            if (isClosed) {
                opened.close();
                throw new IllegalStateException("closed");
            }
            database = opened;
        }
        log.info("jobs are kept in {}", config.kind() == JobsConfig.Kind.FILE ? file() : config.postgres().uri());
        return opened;
    }

    private Path file() {
        return folder.resolve("jobs.db");
    }

    private static String password(String file) {
        try {
            return file.isEmpty() ? "" : Files.readString(Path.of(file)).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("jobs.postgres.passwordFile: " + e.getMessage(), e);
        }
    }

    private void sweep() {
        ask(opened -> sweeper.sweep(shelves.stream().map(shelf -> shelf.apply(opened)).toList()).map(true), false)
                .onFailure(e -> log.info("what is kept no longer could not be removed: {}", e.toString()));
    }

    /** Waits for nothing that is under way. */
    @Override
    public void close() {
        vertx.cancelTimer(sweeps);
        @Nullable
        Database opened;
        synchronized (lock) {
            isClosed = true;
            opened = database;
            database = null;
        }
        if (opened != null) {
            opened.close();
        }
        media.close();
    }
}
