// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.swap;

/**
 * What a candidate may be worse by.
 *
 * @param maxErrorRate failed outputs more than the incumbent's, as a share of all
 * @param maxLatencyRatio its times over the incumbent's: 1.5 allows half as much again
 * @param minQuality outputs that are as good as the incumbent's, as a share of all
 * @param maxMemoryRatio its processes' resident memory over the incumbent's
 */
public record SwapLimits(double maxErrorRate, double maxLatencyRatio, double minQuality, double maxMemoryRatio) {
    /** Of a hundred times more than {@code ratio} × the incumbent's 95th percentile, so many are no verdict. */
    private static final double TAIL_MARGIN = 0.05;
    /** Half of the incumbent's own times lie above its median, so that a share of them says less. */
    private static final double MEDIAN_MARGIN = 0.15;
    /** Less than this more is no reason, whatever the ratio. */
    private static final long MEMORY_MARGIN = 512L << 20;

    public SwapLimits {
        requireShare("max-error-rate", maxErrorRate);
        requireShare("min-quality", minQuality);
        if (!(maxLatencyRatio >= 1 && maxLatencyRatio <= 100)) {
            throw new IllegalArgumentException("max-p95-ratio: %s (expected: 1 to 100)".formatted(maxLatencyRatio));
        }
        if (!(maxMemoryRatio >= 1 && maxMemoryRatio <= 100)) {
            throw new IllegalArgumentException("max-memory-ratio: %s (expected: 1 to 100)".formatted(maxMemoryRatio));
        }
    }

    private static void requireShare(String name, double value) {
        if (!(value > 0 && value < 1)) {
            throw new IllegalArgumentException("%s: %s (expected: above 0, below 1)".formatted(name, value));
        }
    }

    public static SwapLimits defaults() {
        return new SwapLimits(0.05, 1.5, 0.95, 2);
    }

    /** Whether its processes hold more than they may, in bytes; what is not known, 0, is no reason. */
    boolean isTooLarge(long incumbent, long candidate) {
        return incumbent > 0 && candidate > Math.max((long) (incumbent * maxMemoryRatio), incumbent + MEMORY_MARGIN);
    }

    double margin(Measure measure) {
        return switch (measure) {
            case ERRORS -> maxErrorRate;
            case FIRST_PROGRESS, P95 -> TAIL_MARGIN;
            case P50 -> MEDIAN_MARGIN;
            case QUALITY, REAL_QUALITY -> 1 - minQuality;
        };
    }
}
