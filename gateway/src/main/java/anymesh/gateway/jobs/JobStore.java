// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.jobs;

import anymesh.gateway.database.Database;
import anymesh.gateway.database.Row;
import anymesh.gateway.jobs.JobJson.Result;
import anymesh.gateway.jobs.JobJson.Spec;
import anymesh.wire.error.InvalidInput;
import anymesh.wire.error.Overloaded;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * All jobs of a mesh. What depends on the state of a job is one statement that changes it only if it is in that state, so
 * that any number of gateways may work on it at once. Times are the database's, so that clocks of gateways may differ. All that
 * is asked fails with {@code StageUnavailable} if the database can't be reached.
 */
public final class JobStore implements Shelf {
    private static final String VISIBLE = "state <> 'deleted' AND (expires_at IS NULL OR expires_at > {now})";
    private static final String HELD = "id = ? AND attempt = ? AND state = 'in_progress'";
    /** Which collide only with others that are being made of the same request at the same moment. */
    private static final int MOST_COLLISIONS = 20;

    /** By how much a request may come behind its own retry, on ways of different length. */
    private static final long OVERTAKING_MILLIS = 1_000;

    private final Database database;

    public JobStore(Database database) {
        this.database = database;
    }

    /** A job, and whether this request made it or one before. */
    public record Accepted(VideoJob job, boolean isNew) {}

    /** Makes a job, or finds the one that this request made before. {@link InvalidInput} if that was deleted, or said something else. */
    public Future<Accepted> create(NewJob job, JobRequest request) {
        return create(job, request, MOST_COLLISIONS);
    }

    private Future<Accepted> create(NewJob job, JobRequest request, int collisions) {
        if (collisions == 0) {
            return Future.failedFuture(new Overloaded("The same request is being made too often at once."));
        }
        return request.isNamed() || request.isRetry()
                ? forget(request).compose(_ -> insert(job, request))
                        .compose(made -> made.isPresent()
                                ? Future.succeededFuture(made.map(one -> new Accepted(one, true)))
                                : find(request).map(found -> found.map(one -> new Accepted(one, false))))
                        .compose(accepted -> accepted.isPresent()
                                ? Future.succeededFuture(accepted.get())
                                : create(job, request, collisions - 1))
                : createAnother(job, request, collisions);
    }

    /**
     * What was asked again on purpose makes another job, which from now on is the one that retries find. But a retry may overtake
     * the request that it repeats, if that one's connection was cut and it waits for something here. The job that a retry has
     * made since it arrived is its own too.
     */
    private Future<Accepted> createAnother(NewJob job, JobRequest request, int collisions) {
        return arrival(request).compose(arrival -> first(database.run("""
                UPDATE video_job SET request_retried = 0
                WHERE request_key = ? AND request_retried = 1 AND created_at >= ? AND state <> 'deleted'
                RETURNING *""", request.key(), arrival))
                .compose(late -> late.isPresent()
                        ? Future.succeededFuture(new Accepted(late.get(), false))
                        : database.run("""
                                UPDATE video_job SET request_key = NULL
                                WHERE request_key = ?
                                    AND NOT (request_retried = 1 AND created_at >= ? AND state <> 'deleted')""",
                                request.key(), arrival)
                                .compose(_ -> insert(job, request))
                                .compose(made -> made.isPresent()
                                        ? Future.succeededFuture(new Accepted(made.get(), true))
                                        : create(job, request, collisions - 1))));
    }

    /** When a request arrived, by the clock of the database, or a little earlier. */
    private Future<Long> arrival(JobRequest request) {
        return database.run("SELECT {now} AS now").map(rows -> rows.getFirst().requiredNumber("now")
                - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - request.arrived()) - OVERTAKING_MILLIS);
    }

    /** The job of a name that is remembered no longer, or of a request that is repeated after its job was deleted. */
    private Future<?> forget(JobRequest request) {
        return database
                .run("UPDATE video_job SET request_key = NULL WHERE request_key = ? AND (request_until <= {now}%s)"
                        .formatted(request.isNamed() ? "" : " OR state = 'deleted'"), request.key());
    }

    private Future<Optional<VideoJob>> insert(NewJob job, JobRequest request) {
        return first(database.run(
                """
                        INSERT INTO video_job (id, owner, created_at, state, progress, attempt, failures, deaths, not_before, spec,
                            traceparent, request_key, request_until, request_print, request_retried)
                        VALUES (?, ?, {now}, 'queued', 0, 0, 0, 0, 0, ?, ?, ?, {now} + ?, ?, ?)
                        ON CONFLICT (request_key) DO NOTHING RETURNING *""",
                job.id(), job.owner(),
                JobJson.write(new Spec(job.order(), job.size(), job.seconds())), job.traceparent(), request.key(),
                request.isKept().toMillis(), request.print(), request.isRetry() ? 1L : 0L));
    }

    private Future<Optional<VideoJob>> find(JobRequest request) {
        return database.run("SELECT * FROM video_job WHERE request_key = ?", request.key()).map(rows -> {
            if (rows.isEmpty()) {
                return Optional.empty();
            }
            var row = rows.getFirst();
            if (!request.print().equals(row.text("request_print"))) {
                throw new InvalidInput("This Idempotency-Key was used for a request that said something else.", null,
                        "idempotency_key_in_use");
            }
            if (row.requiredText("state").equals(JobState.DELETED.toString())) {
                throw new InvalidInput("The video that this request made was deleted.", null, "video_deleted");
            }
            return Optional.of(JobJson.job(row));
        });
    }

    /** The job of this id, if there is one that {@code whose} may see. */
    public Future<Optional<VideoJob>> get(String id, Whose whose) {
        return first(database.run("SELECT * FROM video_job WHERE id = ? AND " + VISIBLE + whose.condition(),
                whose.arguments(id)));
    }

    /** Jobs by the time of their making; see {@link Listing#page}. */
    public Future<Page<VideoJob>> list(Whose whose, Optional<String> after, int limit, boolean isOldestFirst) {
        return new Listing(database, "video_job", "video", VISIBLE, List.of()).page(whose, after, limit, isOldestFirst,
                JobJson::job);
    }

    /** How many jobs there are, and how old those are that wait. */
    Future<JobCensus> census() {
        return database.run("SELECT state, COUNT(*) AS jobs, {now} - MIN(created_at) AS age FROM video_job WHERE "
                + VISIBLE + " GROUP BY state").map(rows -> {
                    var counts = new EnumMap<JobState, Long>(JobState.class);
                    long oldest = 0;
                    for (var row : rows) {
                        var state = JobState.of(row.requiredText("state"));
                        counts.put(state, row.requiredNumber("jobs"));
                        if (state == JobState.QUEUED) {
                            oldest = row.requiredNumber("age");
                        }
                    }
                    return new JobCensus(counts, Duration.ofMillis(oldest));
                });
    }

    /** Begins the oldest job that waits, or whose worker let its lease run out; empty if there is none. */
    public Future<Optional<VideoJob>> claim(String worker, Duration lease) {
        return first(database.run("""
                UPDATE video_job SET state = 'in_progress', attempt = attempt + 1, worker = ?, lease_until = {now} + ?,
                    deaths = deaths + CASE WHEN state = 'in_progress' THEN 1 ELSE 0 END
                WHERE id = (
                    SELECT id FROM video_job
                    WHERE (state = 'queued' AND not_before <= {now})
                        OR (state = 'in_progress' AND lease_until <= {now})
                    ORDER BY created_at, id LIMIT 1 {skip locked})
                RETURNING *""", worker, lease.toMillis()));
    }

    /** Renews a lease and tells how far the job is; false if the lease is lost, as when the job was deleted. */
    public Future<Boolean> heartbeat(Lease lease, int progress, Duration more) {
        return isOne(database.run("""
                UPDATE video_job SET lease_until = {now} + ?, progress = CASE WHEN progress < ? THEN ? ELSE progress END
                WHERE %s RETURNING id""".formatted(HELD), more.toMillis(), (long) progress, (long) progress, lease.id(),
                lease.attempt()));
    }

    /** Ends a job whose media are stored; false if the lease is lost, and then nothing happens. */
    public Future<Boolean> complete(Lease lease, String size, String seconds, Map<Variant, StoredMedium> media,
            Duration keepFor) {
        return isOne(database.run("""
                UPDATE video_job SET state = 'completed', progress = 100, result = ?, completed_at = {now},
                    expires_at = {now} + ?, worker = NULL, lease_until = NULL
                WHERE %s RETURNING id""".formatted(HELD), JobJson.write(new Result(size, seconds, media)),
                keepFor.toMillis(), lease.id(), lease.attempt()));
    }

    /** Ends a job without a result; false if the lease is lost. */
    public Future<Boolean> fail(Lease lease, JobError error, Duration keepFor) {
        return isOne(database.run("""
                UPDATE video_job SET state = 'failed', error = ?, expires_at = {now} + ?, worker = NULL,
                    lease_until = NULL
                WHERE %s RETURNING id""".formatted(HELD), JobJson.write(error), keepFor.toMillis(), lease.id(),
                lease.attempt()));
    }

    /** Puts a job back that there was no capacity for, not to be begun for so long; false if the lease is lost. */
    public Future<Boolean> postpone(Lease lease, Duration pause) {
        return isOne(database.run("""
                UPDATE video_job SET state = 'queued', failures = failures + 1, not_before = {now} + ?, worker = NULL,
                    lease_until = NULL
                WHERE %s RETURNING id""".formatted(HELD), pause.toMillis(), lease.id(), lease.attempt()));
    }

    /** Puts a job back for others to begin at once, which is not counted; false if the lease is lost. */
    public Future<Boolean> giveBack(Lease lease) {
        return isOne(database.run("""
                UPDATE video_job SET state = 'queued', not_before = 0, worker = NULL, lease_until = NULL
                WHERE %s RETURNING id""".formatted(HELD), lease.id(), lease.attempt()));
    }

    /** Deletes a job that {@code whose} may see, in whatever state; whoever runs it learns so at its next heartbeat. What it was, or empty if there is none. */
    public Future<Optional<VideoJob>> delete(String id, Whose whose) {
        // What was asked and made is forgotten at once; only the request's hashes stay, if they are still needed.
        return get(id, whose).compose(found -> database.run("""
                UPDATE video_job SET state = 'deleted', spec = '{}', result = NULL, error = NULL, worker = NULL,
                    lease_until = NULL,
                    expires_at = CASE WHEN request_key IS NULL THEN {now} ELSE request_until END
                WHERE id = ? AND %s%s RETURNING id""".formatted(VISIBLE, whose.condition()), whose.arguments(id))
                .map(rows -> rows.isEmpty() ? Optional.<VideoJob>empty() : found));
    }

    @Override
    public Future<List<StoredMedium>> deleteExpired() {
        return database.run("DELETE FROM video_job WHERE expires_at <= {now} RETURNING result")
                .map(rows -> rows.stream().map(JobJson::result).<StoredMedium>mapMulti((result, media) -> {
                    if (result != null) {
                        result.media().values().forEach(media);
                    }
                }).toList());
    }

    @Override
    public Future<Set<String>> filesOf(Collection<String> ids) {
        if (ids.isEmpty()) {
            return Future.succeededFuture(Set.of());
        }
        var places = String.join(", ", Collections.nCopies(ids.size(), "?"));
        return database.run("SELECT * FROM video_job WHERE state <> 'deleted' AND id IN (" + places + ")",
                ids.toArray()).map(
                        rows -> rows.stream().flatMap(row -> filesOf(JobJson.job(row)).stream())
                                .collect(Collectors.toSet()));
    }

    /** The names of the files that a job may need: what it made, and until it has ended what it is made from. */
    static List<String> filesOf(VideoJob job) {
        var names = new ArrayList<>(job.media().values().stream().map(StoredMedium::name).toList());
        var reference = job.order().reference();
        if (reference != null && (job.state() == JobState.QUEUED || job.state() == JobState.IN_PROGRESS)) {
            names.add(reference.file().name());
        }
        return names;
    }

    private static Future<Optional<VideoJob>> first(Future<List<Row>> rows) {
        return rows.map(found -> found.stream().findFirst().map(JobJson::job));
    }

    private static Future<Boolean> isOne(Future<List<Row>> rows) {
        return rows.map(changed -> !changed.isEmpty());
    }
}
