// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.jobs;

import anymesh.gateway.jobs.JobMeters.Outcome;
import anymesh.gateway.media.MediaStore;
import anymesh.gateway.pipeline.Answer;
import anymesh.gateway.pipeline.AnswerEvent;
import anymesh.kit.trace.Traces;
import anymesh.v1.GeneratedMedia;
import anymesh.v1.Modality;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.InferenceFailed;
import anymesh.wire.error.InvalidInput;
import com.google.protobuf.ByteString;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One attempt at a job, from its claim to its end: made, failed, put off, given back, or lost to somebody else. Used on the
 * runner's event loop only.
 */
final class JobRun {
    private static final Logger log = LoggerFactory.getLogger(JobRun.class);

    /** How often capacity may be missing, and for how long a job then waits: 1 s, 2 s, 4 s … In all a quarter of an hour. */
    private static final int MOST_FAILURES = 20;
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
    /** A job at which worker after worker has died may be what kills them. */
    private static final int MOST_DEATHS = 10;
    private static final long BEAT_MILLIS = 1_000;
    /** The rest is said when the film is stored. */
    private static final int MOST_WHILE_MADE = 95;

    /** How an attempt ends before its time. */
    private enum Stop {
        NOT, LOST, LEAVING
    }

    private final Workbench bench;
    private final JobsConfig config;
    private final JobStore jobs;
    private final MediaStore media;
    private final VideoJob job;
    private final Span span;
    private final CallContext call;
    private final long start = System.nanoTime();
    private final List<String> written = new ArrayList<>();
    private Stop stop = Stop.NOT;
    private int progress;
    private long lastBeat = System.nanoTime();
    private boolean isBeating;
    /** Whether the database was asked to say that it is made, and didn't answer: then its media may be wanted. */
    private boolean mayBeDone;

    JobRun(Workbench bench, JobStore jobs, VideoJob job) {
        this.bench = bench;
        config = bench.config();
        this.jobs = jobs;
        media = bench.media();
        this.job = job;
        var requestId = job.id() + "." + job.attempt();
        span = bench.tracer().spanBuilder("job").setSpanKind(SpanKind.CONSUMER)
                .setParent(Traces.parent(job.traceparent())).setAttribute("anymesh.request_id", requestId)
                .setAttribute("anymesh.job", job.id()).setAttribute("anymesh.job.attempt", job.attempt())
                .startSpan();
        String own = Traces.traceparent(span);
        call = CallContext.start(requestId, job.owner(), own == null ? job.traceparent() : own, config.timeout());
    }

    String id() {
        return job.id();
    }

    /** Runs it; completes when all is written that it has to say, and never fails. */
    Future<Void> run() {
        log.info("job={} attempt={} begins", job.id(), job.attempt());
        long beat = Math.max(1, Math.min(BEAT_MILLIS, config.lease().toMillis() / 3));
        long timer = bench.vertx().setPeriodic(beat, _ -> beat());
        return attempt().map(Outcome.MADE).recover(this::failed)
                .onComplete(_ -> bench.vertx().cancelTimer(timer)).otherwise(error -> {
                    // Its lease runs out, and it is begun again.
                    log.warn("job={} attempt={} is left to others: {}", job.id(), job.attempt(),
                            String.valueOf(error));
                    return Outcome.UNTOLD;
                }).onSuccess(this::measure).mapEmpty();
    }

    private void measure(Outcome outcome) {
        bench.meters().attempted(outcome, Duration.ofNanos(System.nanoTime() - start), call.traceparent());
        span.setAttribute("anymesh.job.outcome", outcome.toString());
        if (outcome == Outcome.FAILED || outcome == Outcome.UNTOLD) {
            span.setStatus(StatusCode.ERROR);
        }
        span.end();
    }

    private Future<Void> attempt() {
        if (job.deaths() > MOST_DEATHS) {
            return Future.failedFuture(new InferenceFailed("The server failed at this video too often."));
        }
        var order = job.order();
        return reference().compose(bytes -> bench.router()
                .plan(VideoRequests.needs(order), Modality.VIDEO, VideoRequests.options(order).needs(), call)
                .compose(plan -> bench.pipeline().answer(VideoRequests.request(order, bytes), plan, call, _ -> {},
                        this::heard)))
                .compose(this::made);
    }

    private Future<ByteString> reference() {
        var reference = job.order().reference();
        return reference == null
                ? Future.succeededFuture(ByteString.EMPTY)
                : media.read(reference.file().name(), reference.file().bytes());
    }

    private void heard(AnswerEvent event) {
        if (event instanceof AnswerEvent.MediaDone(_, _, GeneratedMedia film)) {
            bench.made().accept(job.owner(), film);
        }
        if (event instanceof AnswerEvent.MediaProgress(_, _, int step, int steps) && steps > 0) {
            progress = Math.clamp((long) MOST_WHILE_MADE * step / steps, progress, MOST_WHILE_MADE);
        }
    }

    private Future<Void> made(Answer answer) {
        GeneratedMedia film = answer.media(Modality.VIDEO).stream().findFirst()
                .orElseThrow(() -> new InferenceFailed("the model made no film"));
        var stored = new EnumMap<Variant, StoredMedium>(Variant.class);
        return store(stored, Variant.VIDEO, film.getMimeType(), film.getData())
                .compose(_ -> preview(stored, film))
                .compose(_ -> {
                    mayBeDone = true;
                    return jobs.complete(job.lease(), size(film), seconds(film.getSeconds()), stored,
                            config.keepFor());
                })
                .compose(isOurs -> {
                    mayBeDone = false;
                    if (!isOurs) {
                        stop = Stop.LOST;
                        return Future.failedFuture("the lease was lost");
                    }
                    log.info("job={} attempt={} is made", job.id(), job.attempt());
                    dropReference();
                    return Future.succeededFuture();
                });
    }

    /** A film of which no picture can be made is a film all the same. */
    private Future<?> preview(Map<Variant, StoredMedium> stored, GeneratedMedia film) {
        return bench.previews().of(film.getData(), call)
                .compose(pictures -> store(stored, Variant.THUMBNAIL, Previews.MIME_TYPE, pictures.thumbnail())
                        .compose(_ -> store(stored, Variant.SPRITESHEET, Previews.MIME_TYPE, pictures.spritesheet())))
                .recover(error -> {
                    if (!(error instanceof InvalidInput)) {
                        return Future.failedFuture(error);
                    }
                    log.warn("job={} no pictures can be made of the film: {}", job.id(), error.getMessage());
                    return Future.succeededFuture();
                });
    }

    /** Under a name that no other attempt uses: one that lost its lease may be writing too. */
    private Future<Void> store(Map<Variant, StoredMedium> stored, Variant variant, String mimeType, ByteString bytes) {
        var name = "%s/%d-%s.%s".formatted(job.id(), job.attempt(), variant,
                mimeType.substring(mimeType.indexOf('/') + 1));
        written.add(name);
        return media.put(name, bytes).onSuccess(_ -> stored.put(variant,
                new StoredMedium(name, mimeType, bytes.size())));
    }

    private String size(GeneratedMedia film) {
        return film.getWidth() == 0 ? job.size() : film.getWidth() + "x" + film.getHeight();
    }

    private String seconds(float made) {
        return made == 0 ? job.seconds() : Seconds.text(made);
    }

    private Future<Outcome> failed(Throwable error) {
        call.cancel();
        return tell(error).onComplete(_ -> {
            if (!mayBeDone) { // else they are found later if nobody wants them
                written.forEach(media::delete);
            }
        });
    }

    /** Says what has become of it, and how that is called. */
    private Future<Outcome> tell(Throwable error) {
        switch (stop) {
            case LOST -> {
                log.info("job={} attempt={} was taken or deleted", job.id(), job.attempt());
                return Future.succeededFuture(Outcome.LOST);
            }
            case LEAVING -> {
                log.info("job={} attempt={} is given back", job.id(), job.attempt());
                return said(jobs.giveBack(job.lease()), Outcome.GIVEN_BACK);
            }
            case NOT -> {
                // What follows.
            }
        }
        var verdict = bench.verdicts().apply(error);
        if (verdict.isPassing() && job.failures() < MOST_FAILURES) {
            var pause = pause();
            log.info("job={} attempt={} is put off for {}: {}", job.id(), job.attempt(), pause, error.toString());
            return said(jobs.postpone(job.lease(), pause), Outcome.POSTPONED);
        }
        log.warn("job={} attempt={} failed with {}", job.id(), job.attempt(), verdict.error().code(), error);
        return said(jobs.fail(job.lease(), verdict.error(), config.keepFor()).onSuccess(_ -> dropReference()),
                Outcome.FAILED);
    }

    /** Whoever has lost its lease meanwhile has said nothing. */
    private static Future<Outcome> said(Future<Boolean> isOurs, Outcome outcome) {
        return isOurs.map(ours -> ours ? outcome : Outcome.LOST);
    }

    private Duration pause() {
        var pause = Duration.ofSeconds(1L << Math.min(job.failures(), 10));
        return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
    }

    private void dropReference() {
        var reference = job.order().reference();
        if (reference != null) {
            media.delete(reference.file().name());
        }
    }

    private void beat() {
        if (stop != Stop.NOT) {
            return;
        }
        if (System.nanoTime() - lastBeat > config.lease().toNanos()) {
            lose(); // the database is away, and who sees it may have begun the job again
            return;
        }
        if (isBeating) {
            return;
        }
        isBeating = true;
        long sent = System.nanoTime();
        jobs.heartbeat(job.lease(), progress, config.lease()).onComplete(beaten -> {
            isBeating = false;
            if (beaten.succeeded() && beaten.result()) {
                lastBeat = sent;
            } else if (beaten.succeeded()) {
                lose();
            }
        });
    }

    /** Somebody else has the job, or nobody wants it any more: whoever works on it here is stopped. */
    void lose() {
        if (stop == Stop.NOT) {
            stop = Stop.LOST;
            call.cancel();
        }
    }

    /** Stops, and lets others begin it at once. */
    void leave() {
        if (stop == Stop.NOT) {
            stop = Stop.LEAVING;
            call.cancel();
        }
    }
}
