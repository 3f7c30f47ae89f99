// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.swap;

import java.time.Duration;

/**
 * What is seen around a swap at one moment.
 *
 * @param misfit why the candidate can't take the incumbent's place; empty if it can, or nobody knows yet
 * @param serves whether an instance of each release of the candidate serves
 * @param away for how long none did, all times of this step together
 * @param warm whether the candidate has made its first outputs, and why not
 */
record Situation(String misfit, boolean serves, Duration away, Warmth warm, Evidence evidence) {

    /** What became of the first outputs: made, still to come, or the reason why they failed. */
    record Warmth(boolean isDone, String failure) {
        static final Warmth TO_COME = new Warmth(false, "");
        static final Warmth DONE = new Warmth(true, "");
    }
}
