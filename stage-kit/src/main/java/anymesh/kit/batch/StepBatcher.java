// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.batch;

import anymesh.kit.compute.ComputeThread;
import anymesh.kit.compute.Cores;
import anymesh.kit.ending.Budget;
import anymesh.wire.error.Failures;
import anymesh.wire.error.MeshException;
import anymesh.wire.error.ModelNotReady;
import anymesh.wire.error.Overloaded;
import anymesh.wire.error.StageUnavailable;
import com.google.common.collect.Streams;
import com.google.common.util.concurrent.Uninterruptibles;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.TracerProvider;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Continuous batching: a bounded queue in front of one worker thread, or of several that have a batch and a stepper each. Before each
 * step a worker drops what was cancelled, admits what fits and {@linkplain PayingSizes pays} in {@linkplain FairQueue fair order},
 * and advances all of it together, so jobs join and leave between steps. A stepper that finishes every job in one step makes this
 * an ordinary micro-batcher.
 *
 * <p>Threads: {@link #submit} from any; a stepper is called by its worker alone. Workers are platform threads, since
 * a native call would hold a virtual thread's carrier.
 */
public final class StepBatcher<J extends Job<?>> implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(StepBatcher.class);

    private final String name;
    private final BatchPolicy policy;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final FairQueue<J> queue = new FairQueue<>();
    private final PayingSizes sizes;
    private final Counter rejected;
    private final Counter dropped;
    private final Timer queueTime;
    private final Timer stepTime;
    private final DistributionSummary batchSize;
    private final JobSpans spans;
    private final List<Lane> lanes;
    private boolean closed;

    /** A worker with its batch. */
    private final class Lane {
        private final Stepper<J> stepper;
        private final List<J> active = new ArrayList<>();
        private final Thread worker;
        /** Of what is active; guarded by the lock. */
        private int weight;

        Lane(String thread, Stepper<J> stepper) {
            this.stepper = stepper;
            this.worker = ComputeThread.unstarted(thread, () -> run(this));
        }
    }

    /** One worker, without traces. */
    public StepBatcher(String name, BatchPolicy policy, Stepper<J> stepper, MeterRegistry meters) {
        this(name, policy, List.of(stepper), meters, TracerProvider.noop().get(name));
    }

    /** @param steppers one for each worker; those whose work leaves cores to others have several */
    public StepBatcher(String name, BatchPolicy policy, List<? extends Stepper<J>> steppers, MeterRegistry meters,
            Tracer tracer) {
        this.name = name;
        this.policy = policy;
        this.sizes = new PayingSizes(policy.gain(), System::nanoTime);
        this.spans = new JobSpans(name, tracer);
        this.lanes = IntStream.range(0, steppers.size())
                .mapToObj(i -> new Lane("batch-" + name + (i == 0 ? "" : "-" + (i + 1)), steppers.get(i))).toList();
        Gauge.builder("anymesh.queue.depth", this, StepBatcher::depth).tag("batcher", name).register(meters);
        Gauge.builder("anymesh.batch.active", this, StepBatcher::activeWeight).tag("batcher", name)
                .description("items in the batch now").register(meters);
        Gauge.builder("anymesh.batch.utilisation", this, it -> (double) it.activeWeight() / policy.maxBatch())
                .tag("batcher", name).description("items in the batch now, as a share of its size").register(meters);
        this.rejected = Counter.builder("anymesh.queue.rejected").tag("batcher", name).register(meters);
        this.dropped = Counter.builder("anymesh.queue.dropped").tag("batcher", name)
                .description("jobs that left before they were run: cancelled or expired").register(meters);
        this.queueTime = Timer.builder("anymesh.queue.time").tag("batcher", name).register(meters);
        this.stepTime = Timer.builder("anymesh.step.time").tag("batcher", name).register(meters);
        this.batchSize = DistributionSummary.builder("anymesh.batch.size").tag("batcher", name).register(meters);
        lanes.forEach(lane -> lane.worker.start());
    }

    /**
     * Queues a job. Throws {@link Overloaded} if the queue is full and {@link ModelNotReady}
     * if this batcher takes no more; the job is then not run.
     */
    public void submit(J job) {
        lock.lock();
        try {
            if (closed) {
                throw new ModelNotReady(name + " is going away");
            }
            // What was cancelled while it waited must not keep others out.
            if (isTooMuch(job)) {
                dropDone();
            }
            if (isTooMuch(job)) {
                rejected.increment();
                throw new Overloaded("%s has %d requests waiting (limit: %d items)".formatted(name, queue.size(),
                        policy.maxQueue()));
            }
            queue.add(job);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** One job is never too much, however large: nothing smaller could be done for it. */
    private boolean isTooMuch(J job) {
        return !queue.isEmpty()
                && Streams.stream(queue).mapToInt(Job::weight).sum() + job.weight() > policy.maxQueue();
    }

    /**
     * Has batchers take nothing new and fail what is queued, all at once, and what is active as soon as the step under way
     * has ended, for which it waits. False if one is still in its step when the time is up: then what that uses must not
     * be freed.
     */
    public static boolean stop(Collection<? extends StepBatcher<?>> batchers, Budget budget) {
        batchers.forEach(StepBatcher::stop);
        boolean atRest = true;
        for (StepBatcher<?> batcher : batchers) {
            for (var lane : batcher.lanes) {
                atRest &= budget.awaitEnd(lane.worker);
            }
        }
        return atRest;
    }

    private void stop() {
        lock.lock();
        try {
            closed = true;
            failQueued();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Stops, and waits for the step under way however long it takes. */
    @Override
    public void close() {
        stop();
        lanes.forEach(lane -> Uninterruptibles.joinUninterruptibly(lane.worker));
    }

    /** Whether it was stopped or closed. */
    boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    private void run(Lane lane) {
        try {
            boolean open = true;
            while (open) {
                open = goOn(lane);
            }
        } finally {
            abandon(lane);
        }
    }

    /**
     * One step; false when closed. What goes wrong beside it, for want of memory say, ends those in the batch but never the
     * worker: whoever came after would wait for nobody.
     */
    private boolean goOn(Lane lane) {
        try {
            if (!admit(lane)) {
                return false;
            }
            step(lane);
        } catch (RuntimeException | Error e) {
            log.error("batcher={} could not end a step in order", name, e);
            var failure = Failures.of(e, name);
            lane.active.forEach(job -> job.fail(failure));
        }
        return true;
    }

    /** Waits for work and moves what fits into the batch; false when closed. */
    private boolean admit(Lane lane) {
        leave(lane);
        lock.lock();
        try {
            lane.weight = weight(lane.active);
            while (true) {
                if (closed) {
                    return false;
                }
                dropDone();
                for (J next; (next = queue.peek()) != null && takes(lane, next); lane.weight += next.weight()) {
                    lane.active.add(next); // first: a job that is in neither is awaited for ever
                    queue.remove();
                    next.admitted();
                    queueTime.record(next.timings().queue());
                }
                if (!lane.active.isEmpty()) {
                    if (!queue.isEmpty()) {
                        changed.signalAll(); // there may be room now, or more, for a worker that waits
                    }
                    return true;
                }
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    private static int weight(Collection<? extends Job<?>> jobs) {
        return jobs.stream().mapToInt(Job::weight).sum();
    }

    /** Whoever has least takes the next job, if it fits beside all that is active and pays there. */
    private boolean takes(Lane lane, J next) {
        int all = 0;
        for (var other : lanes) {
            if (other.weight < lane.weight) {
                return false;
            }
            all += other.weight;
        }
        return all == 0 || (all + next.weight() <= policy.maxBatch()
                && (lane.active.isEmpty() || policy.gain() == 0
                        || sizes.pays(next.kind(), weight(next.kind(), lane.active), next.weight())));
    }

    private int weight(Object kind, List<J> active) {
        return active.stream().filter(job -> job.kind().equals(kind)).mapToInt(Job::weight).sum();
    }

    private void step(Lane lane) {
        var active = lane.active;
        int weight = weight(active);
        var kind = active.getFirst().kind();
        boolean isTelling = policy.gain() > 0
                && active.stream().allMatch(job -> job.kind().equals(kind) && lane.stepper.isRegular(job));
        long start = System.nanoTime();
        try {
            if (active.size() > 1) {
                spans.together(active);
            }
            Cores.busy(() -> lane.stepper.step(active));
        } catch (RuntimeException | Error e) {
            if (!(e instanceof MeshException)) {
                log.error("batcher={} a step failed for {} jobs", name, active.size(), e);
            }
            var failure = Failures.of(e, name);
            active.forEach(job -> job.fail(failure)); // those that ended in this step keep how
        }
        long nanos = System.nanoTime() - start;
        if (isTelling) {
            learn(kind, weight, nanos);
        }
        stepTime.record(nanos, TimeUnit.NANOSECONDS);
        batchSize.record(weight);
        active.forEach(job -> {
            job.stepped(nanos, weight);
            if (job.isDone()) {
                spans.left(job); // before its caller knows, so that no span ends after the one above it
                job.publish();
            }
        });
    }

    private void learn(Object kind, int weight, long nanos) {
        lock.lock();
        try {
            sizes.stepped(kind, weight, nanos);
        } finally {
            lock.unlock();
        }
    }

    private void leave(Lane lane) {
        lane.active.removeIf(job -> {
            if (job.isDone()) {
                if (job.publish()) {
                    spans.left(job);
                }
                release(lane, job);
                return true;
            }
            return false;
        });
    }

    private void abandon(Lane lane) {
        stop();
        lane.active.forEach(job -> release(lane, job));
        fail(lane.active);
        lock.lock();
        try {
            lane.weight = 0;
        } finally {
            lock.unlock();
        }
    }

    private void failQueued() {
        fail(queue);
        queue.clear();
    }

    private void fail(Iterable<J> jobs) {
        var gone = new StageUnavailable(name + " was stopped");
        jobs.forEach(job -> job.fail(gone));
        jobs.forEach(Job::publish);
    }

    private void release(Lane lane, J job) {
        try {
            lane.stepper.release(job);
        } catch (RuntimeException | Error e) {
            log.error("batcher={} a job could not be released", name, e);
        }
    }

    private void dropDone() {
        dropped.increment(queue.removeIf(Job::isDone, Job::publish));
    }

    /** How many steps the workers have made so far: as long as this grows, those that wait do not wait for nothing. */
    public long steps() {
        return stepTime.count();
    }

    private int activeWeight() {
        lock.lock();
        try {
            return lanes.stream().mapToInt(lane -> lane.weight).sum();
        } finally {
            lock.unlock();
        }
    }

    private int depth() {
        lock.lock();
        try {
            return queue.size();
        } finally {
            lock.unlock();
        }
    }
}
