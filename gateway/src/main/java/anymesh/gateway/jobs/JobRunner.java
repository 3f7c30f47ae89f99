// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.jobs;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs as many jobs at once as this gateway may: takes the next one when one has ended, and looks twice a second whether
 * there is one. All that it has belongs to one event loop.
 */
final class JobRunner {
    private static final Logger log = LoggerFactory.getLogger(JobRunner.class);
    private static final long LOOK_MILLIS = 500;

    private final Workbench bench;
    private final Vertx vertx;
    private final JobsConfig config;
    private final Supplier<Future<Optional<JobStore>>> jobs;
    private final Context context;
    /** By which operators tell gateways apart; nothing depends on it. */
    private final String name = "gateway-" + ProcessHandle.current().pid() + "-"
            + UUID.randomUUID().toString().substring(0, 8);
    private final Map<String, JobRun> running = new HashMap<>();
    private final Promise<Void> gone = Promise.promise();
    private long timer;
    private boolean isLooking;
    private boolean isLeaving;
    private boolean isAway;

    /** {@code jobs}: the jobs of the moment, if there are any. */
    JobRunner(Workbench bench, Supplier<Future<Optional<JobStore>>> jobs) {
        this.bench = bench;
        vertx = bench.vertx();
        config = bench.config();
        this.jobs = jobs;
        context = vertx.getOrCreateContext();
        context.runOnContext(_ -> timer = vertx.setPeriodic(LOOK_MILLIS, _ -> look()));
    }

    /** There may be a job. Safe for any thread, as are the others. */
    void kick() {
        context.runOnContext(_ -> look());
    }

    /** Stops a job that was deleted, if it runs here. */
    void stop(String id) {
        context.runOnContext(_ -> Optional.ofNullable(running.get(id)).ifPresent(JobRun::lose));
    }

    /** Begins no more and gives back what runs; completes when that was said. */
    Future<Void> leave() {
        context.runOnContext(_ -> {
            isLeaving = true;
            vertx.cancelTimer(timer);
            running.values().forEach(JobRun::leave);
            end();
        });
        return gone.future();
    }

    private void end() {
        if (isLeaving && !isLooking && running.isEmpty()) {
            gone.tryComplete();
        }
    }

    private void look() {
        if (isLeaving || isLooking || running.size() >= config.concurrent()) {
            return;
        }
        isLooking = true;
        jobs.get().compose(found -> found.isEmpty()
                ? Future.succeededFuture(false)
                : found.get().claim(name, config.lease()).map(job -> {
                    job.ifPresent(begun -> begin(found.get(), begun));
                    return job.isPresent();
                })).onComplete(begun -> {
                    isLooking = false;
                    noteAway(begun.failed() ? begun.cause() : null);
                    if (begun.succeeded() && begun.result()) {
                        look();
                    }
                    end();
                });
    }

    private void begin(JobStore store, VideoJob job) {
        var run = new JobRun(bench, store, job);
        running.put(job.id(), run);
        if (isLeaving) {
            run.leave();
        }
        run.run().onComplete(_ -> {
            running.remove(job.id(), run);
            look();
            end();
        });
    }

    /** Once for each time that the database goes away. */
    private void noteAway(@Nullable Throwable cause) {
        if (cause != null && !isAway) {
            log.warn("no jobs are begun: {} {}", cause.getMessage(), String.valueOf(cause.getCause()));
        } else if (cause == null && isAway) {
            log.info("jobs are begun again");
        }
        isAway = cause != null;
    }
}
