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
    private volatile @Nullable Runnable outcome;
    private final JobSpans.Peers peers = new JobSpans.Peers();

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

    /** Ends the job with a result. Called on the worker; the waiting caller sees it once the step's time is booked. */
    public final void complete(R value) {
        outcome = () -> {
            if (!result.complete(value)) {
                discard(value);
            }
        };
    }

    /** Frees a result that nobody will take, because the caller has gone. */
    protected void discard(R value) {}

    /** Ends the job with an error; as {@link #complete}. */
    public final void fail(MeshException error) {
        outcome = () -> result.completeExceptionally(error);
    }

    /** Whether nothing is left to do for it: completed, failed, cancelled or past its deadline. */
    public final boolean isDone() {
        return outcome != null || result.isDone() || call.isDone();
    }

    /**
     * Waits for the result. Throws the {@link MeshException} the job failed with, {@link CancellationException} once the
     * call is cancelled, or {@link DeadlineExceeded} once its time is up.
     */
    public final R await() {
        try (var _ = call.onCancel(() -> result.completeExceptionally(ended()))) {
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
        return new JobTimings(Duration.ofNanos(until - enqueued), Duration.ofNanos(inference), batchSize);
    }

    private RuntimeException ended() {
        return call.remaining().isZero()
                ? new DeadlineExceeded("the deadline of request " + call.requestId() + " passed")
                : new CancellationException("request " + call.requestId() + " was cancelled");
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
        var ending = outcome;
        if (ending != null) {
            ending.run();
        } else {
            result.completeExceptionally(ended());
        }
        return true;
    }

    /** Called by the worker alone. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    final void stepped(long nanos, int size) {
        inference += nanos;
        batchSize = Math.max(batchSize, size);
    }
}
