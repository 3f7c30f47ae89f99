// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.jobs;

import anymesh.gateway.media.MediaStore;
import anymesh.gateway.pipeline.GenerationPipeline;
import anymesh.gateway.routing.StageRouter;
import anymesh.gateway.telemetry.Telemetry;
import anymesh.kit.ending.Budget;
import anymesh.kit.server.Futures;
import anymesh.v1.GeneratedMedia;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * The jobs of a mesh as one gateway has them: those in the {@link Storage}, and who runs them here. Thread-safe.
 */
public final class Jobs implements AutoCloseable {
    /** More often than a Prometheus usually looks. */
    private static final long CENSUS_MILLIS = 5_000;

    private final Vertx vertx;
    private final Storage storage;
    private final JobRunner runner;
    private final JobMeters meters;
    private final long censuses;

    private Jobs(Vertx vertx, JobsConfig config, Storage storage, StageRouter router, GenerationPipeline pipeline,
            Function<Throwable, Verdict> verdicts, BiConsumer<String, GeneratedMedia> made, Telemetry telemetry) {
        this.vertx = vertx;
        this.storage = storage;
        storage.sweeps(JobStore::new);
        meters = new JobMeters(telemetry.meters(), isOn());
        runner = new JobRunner(new Workbench(vertx, config, media(), new Previews(vertx), router, pipeline, verdicts,
                made, meters, telemetry.tracer()), this::ifUsable);
        censuses = vertx.setPeriodic(1, CENSUS_MILLIS, _ -> count());
    }

    /** Begins to look for jobs. {@code verdicts} says what a failure of an attempt means, {@code made} is told what was made for whom. */
    public static Jobs open(Vertx vertx, JobsConfig config, Storage storage, StageRouter router,
            GenerationPipeline pipeline, Function<Throwable, Verdict> verdicts,
            BiConsumer<String, GeneratedMedia> made, Telemetry telemetry) {
        return new Jobs(vertx, config, storage, router, pipeline, verdicts, made, telemetry);
    }

    /** Whether there are any at all. */
    public boolean isOn() {
        return storage.isOn();
    }

    /** Where what they make lies. */
    public MediaStore media() {
        return storage.media();
    }

    /** The store, if there may be jobs to run: a film that could not be kept afterwards isn't begun. */
    private Future<Optional<JobStore>> ifUsable() {
        return storage.ifAny().compose(found -> found.isEmpty()
                ? Future.succeededFuture(Optional.empty())
                : storage.writable().map(database -> Optional.of(new JobStore(database))));
    }

    /** Makes a job or finds the one that this request made before; see {@link JobStore#create}. */
    public Future<JobStore.Accepted> create(NewJob job, JobRequest request) {
        return storage.writable().compose(database -> new JobStore(database).create(job, request))
                .onSuccess(_ -> runner.kick());
    }

    private <T> Future<T> ask(Function<JobStore, Future<T>> question, T nothing) {
        return storage.ask(database -> question.apply(new JobStore(database)), nothing);
    }

    /** The job of this id, if there is one that {@code whose} may see. */
    public Future<Optional<VideoJob>> get(String id, Whose whose) {
        return ask(jobs -> jobs.get(id, whose), Optional.empty());
    }

    /** A part of a list of jobs; see {@link Listing#page}. */
    public Future<Page<VideoJob>> list(Whose whose, Optional<String> after, int limit, boolean isOldestFirst) {
        return ask(jobs -> jobs.list(whose, after, limit, isOldestFirst), Page.empty());
    }

    /** Deletes a job with all that it made, and stops it wherever it runs; empty if there is none. */
    public Future<Optional<VideoJob>> delete(String id, Whose whose) {
        return ask(jobs -> jobs.delete(id, whose), Optional.empty())
                .onSuccess(found -> found.ifPresent(job -> {
                    runner.stop(id);
                    JobStore.filesOf(job).forEach(media()::delete);
                }));
    }

    private void count() {
        ask(JobStore::census, JobCensus.NONE).onSuccess(meters::see).onFailure(_ -> meters.see(null));
    }

    /** Runs no more jobs and gives back what it has, so that others begin it at once; completes when that was said. */
    public Future<Void> leave() {
        return runner.leave();
    }

    /** As {@link #leave}, within this time. Blocks. */
    public void close(Budget budget) {
        var _ = Futures.awaitEnd(leave(), budget);
        vertx.cancelTimer(censuses);
    }

    @Override
    public void close() {
        close(Budget.of(Duration.ofSeconds(5)));
    }
}
