// SPDX-License-Identifier: Apache-2.0
package anymesh.bench;

import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;

/** How fast threads read memory that they do nothing with but add it up: the limit of what reads all its weights for each token. */
final class ReadSpeed {
    private static final int PASSES = 4;

    private final long[][] parts;

    /** @param bytes as much as is read again and again; a cache that holds it counts */
    ReadSpeed(long bytes, int threads) {
        parts = new long[threads][Math.toIntExact(bytes / threads / Long.BYTES)];
        for (var part : parts) {
            for (int i = 0; i < part.length; i++) {
                part[i] = i;
            }
        }
    }

    /** In 10⁹ bytes. */
    double gigabytesPerSecond() throws Exception {
        try (var threads = Executors.newFixedThreadPool(parts.length)) {
            var all = new ArrayList<Callable<Long>>();
            for (var part : parts) {
                all.add(() -> sum(part));
            }
            long begun = System.nanoTime();
            long sum = 0;
            for (var read : threads.invokeAll(all)) {
                sum += read.get();
            }
            double seconds = (System.nanoTime() - begun) / 1e9;
            if (sum == 0) {
                throw new IllegalStateException("nothing was read");
            }
            return (double) PASSES * parts.length * parts[0].length * Long.BYTES / 1e9 / seconds;
        }
    }

    private static long sum(long[] numbers) {
        long sum = 0;
        for (int pass = 0; pass < PASSES; pass++) {
            for (long number : numbers) {
                sum += number;
            }
        }
        return sum;
    }
}
