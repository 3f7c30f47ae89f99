// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.batch;

import anymesh.kit.trace.Traces;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.Tracer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * What a trace shows of a job: how long it waited ({@code queue}), and how long it was advanced ({@code run}), with links
 * to those that it shared a batch with, since they explain its pace. Both are told when the job leaves the batch.
 */
final class JobSpans {
    /** A backbone's answer meets many others; the first say enough. */
    private static final int MAX_PEERS = 16;

    private final String batcher;
    private final Tracer tracer;

    JobSpans(String batcher, Tracer tracer) {
        this.batcher = batcher;
        this.tracer = tracer;
    }

    /** One job's part of it. Used by the worker alone. */
    static final class Peers {
        private Set<SpanContext> met = Set.of();

        private void meet(SpanContext other) {
            if (met.isEmpty()) {
                met = new LinkedHashSet<>();
            }
            met.add(other);
        }
    }

    /** Notes who is advanced together. */
    void together(List<? extends Job<?>> active) {
        if (!tracer.isEnabled()) {
            return;
        }
        for (var job : active) {
            for (var other : active) {
                if (!other.equals(job) && job.peers().met.size() < MAX_PEERS) {
                    job.peers().meet(Traces.spanContext(other.call().traceparent()));
                }
            }
        }
    }

    void left(Job<?> job) {
        if (!tracer.isEnabled()) {
            return;
        }
        var parent = Traces.parent(job.call().traceparent());
        long now = System.nanoTime();
        long epoch = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis()) - now;
        long admitted = job.admittedNanos();
        tracer.spanBuilder("queue").setParent(parent).setAttribute("anymesh.batcher", batcher)
                .setStartTimestamp(epoch + job.enqueuedNanos(), TimeUnit.NANOSECONDS).startSpan()
                .end(epoch + admitted, TimeUnit.NANOSECONDS);
        var timings = job.timings();
        var run = tracer.spanBuilder("run").setParent(parent).setAttribute("anymesh.batcher", batcher)
                .setAttribute("anymesh.batch.size", timings.batchSize())
                .setAttribute("anymesh.inference.micros", timings.inference().toNanos() / 1_000)
                .setStartTimestamp(epoch + admitted, TimeUnit.NANOSECONDS);
        job.peers().met.forEach(run::addLink);
        run.startSpan().end(epoch + now, TimeUnit.NANOSECONDS);
    }
}
