// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.batch;

import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work for several at once, of which a failure does not say whose fault it is. It is done again for the halves, down to
 * those that fail alone, so that nobody fails for another. For work that changes nothing before it succeeds.
 */
public final class Halves {
    private static final Logger log = LoggerFactory.getLogger(Halves.class);

    private Halves() {}

    /**
     * Does the work for all of them, at most twice as many times as there are items.
     *
     * @param failed is told of each that failed by itself, and why
     */
    public static <T> void run(List<T> items, Consumer<List<T>> work, BiConsumer<T, Throwable> failed) {
        var failures = new int[1];
        run(items, work, failed, failures);
        if (failures[0] > 0 && items.size() > 1) {
            log.warn("{} of {} that were run together failed, each by itself", failures[0], items.size());
        }
    }

    private static <T> void run(List<T> items, Consumer<List<T>> work, BiConsumer<T, Throwable> failed,
            int[] failures) {
        if (items.isEmpty()) {
            return;
        }
        try {
            work.accept(items);
        } catch (RuntimeException | Error e) {
            if (items.size() == 1) {
                failures[0]++;
                failed.accept(items.getFirst(), e);
                return;
            }
            int half = items.size() / 2;
            run(items.subList(0, half), work, failed, failures);
            run(items.subList(half, items.size()), work, failed, failures);
        }
    }
}
