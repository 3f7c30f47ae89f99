// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.batch;

import anymesh.wire.call.CallContext;
import anymesh.wire.error.DeadlineExceeded;
import anymesh.wire.error.MeshException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One request's work in a {@link StepBatcher}. The worker advances it and completes it; the caller's virtual thread
 * waits in {@link #await}, which returns as soon as the call is cancelled, whatever the worker is doing.
 *
 * @param <R> what the work comes to
 */
public abstract class Job<R> {
    private final CallContext call;
    private final CompletableFuture<R> result = new CompletableFuture<>();
    private final AtomicBoolean published = new AtomicBoolean();
    private final long enqueued = System.nanoTime();
    private volatile long admitted;
    private volatile long inference;
    private volatile int batchSize;
    /** Nanoseconds times what was in the batch. */
    private volatile double shared;
    private final AtomicReference<@Nullable Outcome<R>> outcome = new AtomicReference<>();
    private final JobSpans.Peers peers = new JobSpans.Peers();

    /** How a job ended, as the stepper says. */
    private sealed interface Outcome<R> {
        record Done<R>(R value) implements Outcome<R> {}

        record Failed<R>(MeshException error) implements Outcome<R> {}
    }

    protected Job(CallContext call) {
        this.call = call;
    }

    public final CallContext call() {
        return call;
    }

    /** How much of a batch the job takes: rows, as a rule. */
    public int weight() {
        return 1;
    }

    /** Jobs of one kind can share a run; those of different kinds only take turns. */
    public Object kind() {
        return Job.class;
    }

    /** What the whole of it takes, against others of the same batcher. */
    public double cost() {
        return weight();
    }

    /**
     * Ends the job with a result, unless it has ended already: then the value is {@linkplain #discard freed}. Called on the
     * worker; the waiting caller sees it once the step's time is booked.
     */
    public final void complete(R value) {
        if (!outcome.compareAndSet(null, new Outcome.Done<>(value))) {
            discard(value);
        }
    }

    /** Frees a result that nobody will take: the caller has gone, or the job had ended before. */
    protected void discard(R value) {}

    /** Ends the job with an error, unless it has ended already; as {@link #complete}. */
    public final void fail(MeshException error) {
        outcome.compareAndSet(null, new Outcome.Failed<>(error));
    }

    /**
     * Does something once the job has ended, however it did: completed, failed or cancelled. It runs on whatever thread
     * that happens and must not block.
     */
    public final void onEnd(Runnable action) {
        var _ = result.whenComplete((_, _) -> action.run());
        call.onCancel(this::cancelled);
    }

    /** Whether nothing is left to do for it: completed, failed, cancelled or past its deadline. */
    public final boolean isDone() {
        return outcome.get() != null || result.isDone() || call.isDone();
    }

    /**
     * Waits for the result. Throws the {@link MeshException} the job failed with, {@link CancellationException} once the
     * call is cancelled, or {@link DeadlineExceeded} once its time is up.
     */
    public final R await() {
        try (var _ = call.onCancel(this::cancelled)) {
            return result.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof MeshException mesh) {
                throw mesh;
            }
            throw e;
        }
    }

    /** Where the time went so far. */
    public final JobTimings timings() {
        long until = admitted == 0 ? System.nanoTime() : admitted;
        return new JobTimings(Duration.ofNanos(until - enqueued), Duration.ofNanos(inference), batchSize,
                inference == 0 ? 0 : shared / inference);
    }

    private void cancelled() {
        result.completeExceptionally(call.ended());
    }

    final JobSpans.Peers peers() {
        return peers;
    }

    final long enqueuedNanos() {
        return enqueued;
    }

    final long admittedNanos() {
        return admitted;
    }

    final void admitted() {
        admitted = System.nanoTime();
    }

    /** Lets the caller see, once (then true), how a job that is done ended: its outcome, else that its call is cancelled or too late. */
    final boolean publish() {
        if (!published.compareAndSet(false, true)) {
            return false;
        }
        switch (outcome.get()) {
            case Outcome.Done<R>(var value) -> {
                if (!result.complete(value)) {
                    discard(value);
                }
            }
            case Outcome.Failed<R>(var error) -> result.completeExceptionally(error);
            case null -> result.completeExceptionally(call.ended());
        }
        return true;
    }

    /** Called by the worker alone. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    final void stepped(long nanos, int size) {
        inference += nanos;
        batchSize = Math.max(batchSize, size);
        shared += (double) nanos * size;
    }
}
