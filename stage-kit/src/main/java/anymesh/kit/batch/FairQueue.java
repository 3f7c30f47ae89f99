// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.batch;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The jobs that wait, in the order in which they would end if all callers were served at once and alike (self-clocked fair queueing,
 * Golestani 1994): a caller's jobs in the order in which they came, and callers in turn by what their jobs cost. Whoever has no name is
 * a caller of its own each time, so that short jobs overtake long ones, but none that came before as much work as the difference.
 *
 * <p>Not thread-safe.
 */
final class FairQueue<J extends Job<?>> implements Iterable<J> {
    private final PriorityQueue<Waiting<J>> queue = new PriorityQueue<>(
            Comparator.<Waiting<J>>comparingDouble(Waiting::end).thenComparingLong(Waiting::number));
    /** When the last job of each caller would end; only of those who wait. */
    private final Map<String, Double> ends = new HashMap<>();
    private double now;
    private long number;

    private record Waiting<J extends Job<?>>(J job, String caller, double end, long number) {}

    void add(J job) {
        var caller = job.call().caller();
        double begin = caller.isEmpty() ? now : Math.max(now, ends.getOrDefault(caller, now));
        double end = begin + job.cost();
        if (!caller.isEmpty()) {
            ends.put(caller, end);
        }
        queue.add(new Waiting<>(job, caller, end, number++));
    }

    /** Whose turn it is; null if nobody waits. */
    @Nullable
    J peek() {
        var next = queue.peek();
        return next == null ? null : next.job();
    }

    /** Takes out whose turn it is. */
    void remove() {
        now = queue.remove().end();
        forgetIfEmpty();
    }

    /** Takes out those that left, who are then told. */
    int removeIf(Predicate<J> left, Consumer<J> told) {
        int before = queue.size();
        queue.removeIf(waiting -> {
            boolean isLeft = left.test(waiting.job());
            if (isLeft) {
                told.accept(waiting.job());
            }
            return isLeft;
        });
        forgetIfEmpty();
        return before - queue.size();
    }

    void clear() {
        queue.clear();
        forgetIfEmpty();
    }

    private void forgetIfEmpty() {
        if (queue.isEmpty()) {
            ends.clear();
            now = 0; // or it would grow until a job's cost is lost in it
        }
    }

    int size() {
        return queue.size();
    }

    boolean isEmpty() {
        return queue.isEmpty();
    }

    /** In no order. */
    @Override
    public Iterator<J> iterator() {
        return queue.stream().map(Waiting::job).iterator();
    }
}
