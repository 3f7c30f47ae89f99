// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.swap;

import anymesh.gateway.pipeline.Attempted;
import java.util.EnumMap;
import java.util.Map;

/**
 * What one gateway sees of two releases during a swap. An output of the candidate is held against one of the incumbent's, of
 * the same minutes as long as that makes any. Thread-safe.
 */
final class Observations {
    /** A difference that says nothing of a release. */
    private static final double NOISE_MILLIS = 20;

    private final SwapLimits limits;
    private final Map<Measure, Comparison> comparisons = new EnumMap<>(Measure.class);
    private final Pairing all = new Pairing();
    private final Pairing timed = new Pairing();
    private final Side incumbent = new Side();
    private final Side candidate = new Side();

    /** One release's outputs. */
    private static final class Side {
        private final Latencies first = new Latencies();
        private Latencies times = new Latencies();
        private final Latencies allTimes = new Latencies();
        private long ok;
        private long failed;
        private long resident;

        void see(Attempted attempted) {
            if (attempted.error() == null) {
                ok++;
                resident = Math.max(resident, attempted.residentBytes());
                if (attempted.shadow()) {
                    return;
                }
                first.add(attempted.firstMillis());
                times.add(attempted.millis());
                allTimes.add(attempted.millis());
            } else {
                failed++;
            }
        }

        void restart() {
            ok = 0;
            failed = 0;
            times = new Latencies();
        }

        Evidence.Made made() {
            return new Evidence.Made(ok, failed, times.quantile(0.5), times.quantile(0.95), resident);
        }
    }

    Observations(SwapLimits limits) {
        this.limits = limits;
        for (var measure : Measure.values()) {
            comparisons.put(measure, Comparison.within(limits.margin(measure)));
        }
    }

    /** One output more of either release. */
    synchronized void see(Attempted attempted) {
        (attempted.onTrial() ? candidate : incumbent).see(attempted);
        if (!attempted.onTrial()) {
            all.add(attempted);
            if (isTimed(attempted)) {
                timed.add(attempted);
            }
            return;
        }
        var other = all.take();
        if (other != null) {
            see(Measure.ERRORS, other.error() == null ? 1 : 0, attempted.error() == null ? 1 : 0);
        }
        var quick = isTimed(attempted) && incumbent.allTimes.isKnown() ? timed.take() : null;
        if (quick != null) {
            time(quick, attempted);
        }
    }

    private void time(Attempted old, Attempted fresh) {
        see(Measure.FIRST_PROGRESS, old.firstMillis(), fresh.firstMillis(), limit(incumbent.first.quantile(0.95)));
        see(Measure.P50, old.millis(), fresh.millis(), limit(incumbent.allTimes.quantile(0.5)));
        see(Measure.P95, old.millis(), fresh.millis(), limit(incumbent.allTimes.quantile(0.95)));
    }

    private static boolean isTimed(Attempted attempted) {
        return attempted.error() == null && !attempted.shadow();
    }

    private double limit(double usual) {
        return Math.max(limits.maxLatencyRatio() * usual, usual + NOISE_MILLIS);
    }

    private void see(Measure measure, double old, double fresh, double limit) {
        see(measure, old > limit ? 0 : 1, fresh > limit ? 0 : 1);
    }

    /** How good the same output of both is, each from 0 to 1. */
    synchronized void quality(double old, double fresh, boolean isGolden) {
        see(Measure.QUALITY, old, fresh);
        if (!isGolden) {
            see(Measure.REAL_QUALITY, old, fresh);
        }
    }

    private void see(Measure measure, double old, double fresh) {
        comparisons.computeIfPresent(measure, (_, comparison) -> comparison.see(old, fresh));
    }

    /** A new step begins: what is worse from now on is to show soon, however good it was before. */
    synchronized void restart() {
        comparisons.replaceAll((_, comparison) -> comparison.again());
        incumbent.restart();
        candidate.restart();
    }

    /** The incumbent's 95th percentile, in milliseconds; 0 if too little is known. */
    synchronized double usual() {
        return incumbent.allTimes.isKnown() ? incumbent.allTimes.quantile(0.95) : 0;
    }

    synchronized Evidence evidence() {
        var tallies = new EnumMap<Measure, Tally>(Measure.class);
        comparisons.forEach((measure, comparison) -> tallies.put(measure, comparison.tally()));
        return new Evidence(tallies, incumbent.made(), candidate.made());
    }
}
