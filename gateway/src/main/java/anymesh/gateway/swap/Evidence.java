// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.swap;

import java.util.EnumMap;
import java.util.Map;

/**
 * What has been seen of two releases, by one gateway or by all.
 *
 * @param incumbent its outputs since the step began
 * @param candidate likewise
 */
public record Evidence(Map<Measure, Tally> tallies, Made incumbent, Made candidate) {
    static final Evidence NONE = new Evidence(Map.of(), Made.NOTHING, Made.NOTHING);

    /**
     * Outputs that were made, and that failed; of their times, in milliseconds, the percentiles of one gateway.
     *
     * @param resident bytes of memory that the largest process had which made one; 0 if it is not known
     */
    public record Made(long ok, long failed, double p50, double p95, long resident) {
        static final Made NOTHING = new Made(0, 0, 0, 0, 0);

        /** Of two gateways the slower one tells the times. */
        Made plus(Made other) {
            return new Made(ok + other.ok, failed + other.failed, Math.max(p50, other.p50), Math.max(p95, other.p95),
                    Math.max(resident, other.resident));
        }

        public long all() {
            return ok + failed;
        }
    }

    public Evidence {
        tallies = Map.copyOf(tallies);
    }

    public Tally of(Measure measure) {
        return tallies.getOrDefault(measure, Tally.NONE);
    }

    Evidence plus(Evidence other) {
        var sum = new EnumMap<Measure, Tally>(Measure.class);
        for (var measure : Measure.values()) {
            sum.put(measure, of(measure).plus(other.of(measure)));
        }
        return new Evidence(sum, incumbent.plus(other.incumbent), candidate.plus(other.candidate));
    }
}
