// SPDX-License-Identifier: Apache-2.0
package anymesh.bench;

import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;

/** Callers who each ask again when they are answered. */
final class Callers {
    private Callers() {}

    /** One question, the {@code times}-th of this caller, both from 0; gives what its answer counts for. */
    @FunctionalInterface
    interface Question {
        long ask(int caller, int times) throws Exception;
    }

    /** Goes on until {@code end}, as {@link System#nanoTime} has it, and until all are answered then; what all answers count for together. */
    static long sum(int callers, long end, Question question) throws Exception {
        return together(callers, caller -> {
            long sum = 0;
            for (int times = 0; System.nanoTime() - end < 0; times++) {
                sum += question.ask(caller, times);
            }
            return sum;
        });
    }

    /** All at once, each one question; what the answers count for together. */
    static long once(int callers, Question question) throws Exception {
        return together(callers, caller -> question.ask(caller, 0));
    }

    /** What one caller does, and what comes of it. */
    @FunctionalInterface
    private interface Caller {
        long call(int caller) throws Exception;
    }

    private static long together(int callers, Caller each) throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var all = new ArrayList<Callable<Long>>();
            for (int i = 0; i < callers; i++) {
                int caller = i;
                all.add(() -> each.call(caller));
            }
            long sum = 0;
            for (var caller : threads.invokeAll(all)) {
                sum += caller.get();
            }
            return sum;
        }
    }
}
