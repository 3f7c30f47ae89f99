// SPDX-License-Identifier: Apache-2.0
package anymesh.bench;

import java.util.Arrays;
import java.util.stream.IntStream;

/** Rounds of two or more measurements that take turns, and their medians: what slows the machine slows all alike. */
final class Medians {

    /** One thing to be measured, in a unit of its own. */
    @FunctionalInterface
    interface Measurement {
        double measure() throws Exception;
    }

    /** Something that takes time. */
    @FunctionalInterface
    interface Action {
        void run() throws Exception;
    }

    private final double[][] values;

    private Medians(double[][] values) {
        this.values = values;
    }

    /** Runs half as many rounds for nothing, until the code is compiled, then those that count. */
    static Medians of(int rounds, Measurement... measurements) throws Exception {
        for (int round = 0; round <= rounds / 2; round++) {
            for (var measurement : measurements) {
                measurement.measure();
            }
        }
        var values = new double[measurements.length][rounds];
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < measurements.length; i++) {
                values[i][round] = measurements[i].measure();
            }
        }
        return new Medians(values);
    }

    /** How long the action takes, in milliseconds. */
    static Measurement millis(Action action) {
        return () -> {
            long start = System.nanoTime();
            action.run();
            return (System.nanoTime() - start) / 1e6;
        };
    }

    double median(int measurement) {
        return median(values[measurement]);
    }

    /** The median of the ratios within each round. */
    double ratio(int measurement, int to) {
        return median(IntStream.range(0, values[to].length)
                .mapToDouble(round -> values[measurement][round] / values[to][round]).toArray());
    }

    private static double median(double[] numbers) {
        var sorted = numbers.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
