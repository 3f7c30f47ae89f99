// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.compute;

import com.google.common.util.concurrent.Uninterruptibles;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Work on rows that don't need each other, done at once or, while a core is free, in parts side by side, a part a core: whichever was
 * faster of late for so many rows. What comes of it is the same. Two batches on a thread each take half as long as one on two threads
 * where cores are real and operators small, and no less where two cores are threads of one. See ADR 34.
 *
 * <p>The threads that help are shared by the process.
 */
public final class SideBySide {
    private static final int MAX_KINDS = 256;

    private final int most;
    private final int together;
    private final LongSupplier nanoTime;
    private final Map<Rows, Ways> known = new HashMap<>();

    /** What is done with some of the rows. */
    @FunctionalInterface
    public interface Part {
        void run(int from, int count);
    }

    private record Rows(Object kind, int count) {}

    private record Ways(RecentTimes whole, RecentTimes parts) {
        /** The faster one, or one that is to be tried. */
        RecentTimes best() {
            if (!whole.isKnown() || !parts.isKnown()) {
                return whole.isKnown() ? parts : whole;
            }
            boolean isWhole = whole.typical() <= parts.typical();
            var other = isWhole ? parts : whole;
            if (other.isStale()) {
                other.forget(); // so that two tries tell, and not what it took on another day
                return other;
            }
            return isWhole ? whole : parts;
        }
    }

    /** Threads are made when there is work for them and go when there was none for long. */
    private static final class Helpers {
        private static final ThreadPoolExecutor POOL = pool();

        private static ThreadPoolExecutor pool() {
            int threads = Math.max(1, Cores.ALL - 1);
            var pool = new ThreadPoolExecutor(threads, threads, 1, TimeUnit.MINUTES, new LinkedBlockingQueue<>(),
                    work -> ComputeThread.unstarted("side-by-side", work));
            pool.allowCoreThreadTimeOut(true);
            return pool;
        }
    }

    SideBySide(int most, int together, LongSupplier nanoTime) {
        this.most = most;
        this.together = together;
        this.nanoTime = nanoTime;
    }

    /**
     * In as many parts as there are cores.
     *
     * @param together how many rows stay together. In a run of one row ONNX Runtime may add up in another order than in all others, and
     *                 what comes would tell which way was taken: two, unless it is known that it doesn't
     */
    public static SideBySide onCores(int together) {
        return new SideBySide(Cores.ALL, together, System::nanoTime);
    }

    /** Always at once: for work that takes all cores by itself, or none. */
    public static SideBySide never() {
        return new SideBySide(1, 1, System::nanoTime);
    }

    /**
     * Does the work for all rows and returns when all of it has ended. What a part throws is thrown then, of several the first one's.
     *
     * @param kind what makes rows alike, so that they take equally long
     */
    public void run(Object kind, int rows, Part work) {
        int parts = Math.min(most, rows / together);
        if (parts < 2 || !Cores.isOneFree()) {
            work.run(0, rows);
            return;
        }
        RecentTimes way;
        boolean isWhole;
        synchronized (known) {
            var ways = ways(new Rows(kind, rows));
            way = ways.best();
            isWhole = way.equals(ways.whole());
        }
        long begun = Cores.begun();
        long start = nanoTime.getAsLong();
        if (isWhole) {
            work.run(0, rows);
        } else {
            inParts(parts, rows, work);
        }
        double nanos = nanoTime.getAsLong() - start;
        synchronized (known) {
            // Where another model took a core it says nothing of when one is free; yet a way that is tried must be known in the end.
            if (Cores.begun() == begun || !way.isKnown()) {
                way.add(nanos);
            }
        }
    }

    private Ways ways(Rows rows) {
        if (known.size() > MAX_KINDS) {
            known.clear();
        }
        return known.computeIfAbsent(rows, _ -> new Ways(new RecentTimes(nanoTime), new RecentTimes(nanoTime)));
    }

    private void inParts(int parts, int rows, Part work) {
        var tasks = new ArrayList<FutureTask<@Nullable Void>>(parts);
        int groups = rows / together;
        for (int part = 0; part < parts; part++) {
            int from = groups * part / parts * together;
            int to = part == parts - 1 ? rows : groups * (part + 1) / parts * together;
            tasks.add(new FutureTask<>(() -> {
                work.run(from, to - from);
                return null;
            }));
        }
        tasks.subList(1, parts).forEach(Helpers.POOL::execute);
        // Whatever nobody has begun is done here: a task runs once, and the others may be busy for somebody else.
        tasks.forEach(FutureTask::run);
        await(tasks);
    }

    /** All of them, before anything is thrown: they use what the caller frees. */
    private static void await(List<FutureTask<@Nullable Void>> tasks) {
        Throwable failure = null;
        for (var task : tasks) {
            try {
                Uninterruptibles.getUninterruptibly(task);
            } catch (ExecutionException e) {
                failure = failure == null ? e.getCause() : failure;
            }
        }
        switch (failure) {
            case null -> {
            }
            case Error error -> throw error;
            case RuntimeException exception -> throw exception;
            default -> throw new IllegalStateException(failure); // a part declares none
        }
    }
}
