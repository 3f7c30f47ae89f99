// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.jobs;

import anymesh.gateway.database.Database;
import anymesh.gateway.database.PostgresDatabase;
import anymesh.gateway.database.SqliteDatabase;
import anymesh.gateway.media.FolderMediaStore;
import anymesh.gateway.media.MediaStore;
import anymesh.gateway.pipeline.GenerationPipeline;
import anymesh.gateway.routing.StageRouter;
import anymesh.gateway.telemetry.Telemetry;
import anymesh.kit.ending.Budget;
import anymesh.kit.server.Futures;
import anymesh.v1.GeneratedMedia;
import anymesh.wire.error.MeshException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The jobs of a mesh as one gateway has them: where they are kept, and who runs them here. Its database is opened when the first job
 * is made or there is one of another gateway's, so that a mesh that never makes one has no file. Thread-safe.
 */
public final class Jobs implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Jobs.class);
    private static final long SWEEP_MILLIS = 60_000;
    /** More often than a Prometheus usually looks. */
    private static final long CENSUS_MILLIS = 5_000;
    /** How old a file has to be that no job names, unless attempts may take longer. */
    private static final Duration GRACE = Duration.ofHours(1);

    private final Vertx vertx;
    private final JobsConfig config;
    private final Path folder;
    private final MediaStore media;
    private final JobRunner runner;
    private final JobSweeper sweeper;
    private final long sweeps;
    private final JobMeters meters;
    private final long censuses;
    private final Object lock = new Object();
    private @Nullable Future<JobStore> opening;
    private @Nullable Database database;
    private boolean isClosed;

    private Jobs(Vertx vertx, JobsConfig config, StageRouter router, GenerationPipeline pipeline,
            Function<Throwable, Verdict> verdicts, BiConsumer<String, GeneratedMedia> made, Telemetry telemetry) {
        this.vertx = vertx;
        this.config = config;
        folder = config.place(System.getenv());
        media = new FolderMediaStore(vertx, folder.resolve("media"));
        meters = new JobMeters(telemetry.meters(), isOn());
        runner = new JobRunner(new Workbench(vertx, config, media, new Previews(vertx), router, pipeline, verdicts,
                made, meters, telemetry.tracer()), this::ifAny);
        var twice = config.timeout().multipliedBy(2);
        sweeper = new JobSweeper(media, twice.compareTo(GRACE) > 0 ? twice : GRACE);
        sweeps = vertx.setPeriodic(SWEEP_MILLIS, _ -> sweep());
        censuses = vertx.setPeriodic(1, CENSUS_MILLIS, _ -> count());
    }

    /** Begins to look for jobs. {@code verdicts} says what a failure of an attempt means, {@code made} is told what was made for whom. */
    public static Jobs open(Vertx vertx, JobsConfig config, StageRouter router, GenerationPipeline pipeline,
            Function<Throwable, Verdict> verdicts, BiConsumer<String, GeneratedMedia> made, Telemetry telemetry) {
        return new Jobs(vertx, config, router, pipeline, verdicts, made, telemetry);
    }

    /** Whether there are any at all. */
    public boolean isOn() {
        return config.kind() != JobsConfig.Kind.NONE;
    }

    /** Where what they make lies. */
    public MediaStore media() {
        return media;
    }

    /** The store, if anybody has made a job; fails if it can't be reached. */
    private Future<Optional<JobStore>> ifAny() {
        synchronized (lock) {
            if (!isOn()) {
                return Future.succeededFuture(Optional.empty());
            }
            if (opening != null || config.kind() == JobsConfig.Kind.POSTGRES) {
                return store().map(Optional::of);
            }
        }
        return vertx.fileSystem().exists(file().toString())
                .compose(isThere -> isThere ? store().map(Optional::of) : Future.succeededFuture(Optional.empty()));
    }

    /** The store, which is made if there is none; fails if that can't be. One that failed is tried again. */
    private Future<JobStore> store() {
        synchronized (lock) {
            if (opening != null && !opening.failed()) {
                return opening;
            }
            Future<JobStore> begun = vertx.executeBlocking(this::open, false).map(Objects::requireNonNull)
                    .recover(e -> Future.failedFuture(e instanceof MeshException ? e : Database.unavailable(e)));
            opening = begun;
            return begun;
        }
    }

    private JobStore open() {
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
        return new JobStore(opened);
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

    /** Makes a job or finds the one that this request made before; see {@link JobStore#create}. */
    public Future<JobStore.Accepted> create(NewJob job, JobRequest request) {
        return store().compose(jobs -> jobs.create(job, request)).onSuccess(_ -> runner.kick());
    }

    /** What the store says, or what there is where nobody has made a job. */
    private <T> Future<T> ask(Function<JobStore, Future<T>> question, T nothing) {
        return ifAny().compose(jobs -> jobs.map(question).orElseGet(() -> Future.succeededFuture(nothing)));
    }

    /** The job of this id, if there is one that {@code whose} may see. */
    public Future<Optional<VideoJob>> get(String id, Whose whose) {
        return ask(jobs -> jobs.get(id, whose), Optional.empty());
    }

    /** A part of a list of jobs; see {@link JobStore#list}. */
    public Future<JobStore.Page> list(Whose whose, Optional<String> after, int limit, boolean isOldestFirst) {
        return ask(jobs -> jobs.list(whose, after, limit, isOldestFirst), new JobStore.Page(List.of(), false));
    }

    /** Deletes a job with all that it made, and stops it wherever it runs; empty if there is none. */
    public Future<Optional<VideoJob>> delete(String id, Whose whose) {
        return ask(jobs -> jobs.delete(id, whose), Optional.empty())
                .onSuccess(found -> found.ifPresent(job -> {
                    runner.stop(id);
                    JobStore.filesOf(job).forEach(media::delete);
                }));
    }

    private void sweep() {
        ifAny().compose(jobs -> jobs.isEmpty() ? Future.<Void>succeededFuture() : sweeper.sweep(jobs.get()))
                .onFailure(e -> log.info("what jobs left could not be removed: {}", e.toString()));
    }

    private void count() {
        ask(JobStore::census, JobCensus.NONE).onSuccess(meters::see).onFailure(_ -> meters.see(null));
    }

    /** Runs no more jobs and gives back what it has, so that others begin it at once; completes when that was said. */
    public Future<Void> leave() {
        return runner.leave();
    }

    /** As {@link #leave}, within this time; then the database is closed. Blocks. */
    public void close(Budget budget) {
        var _ = Futures.awaitEnd(leave(), budget);
        vertx.cancelTimer(sweeps);
        vertx.cancelTimer(censuses);
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
    }

    @Override
    public void close() {
        close(Budget.of(Duration.ofSeconds(5)));
    }
}
