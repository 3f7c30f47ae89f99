// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.swap;

import java.util.Locale;

/** What two releases are compared by. */
public enum Measure {
    /** Whether an output was made at all. */
    ERRORS,
    /** The time until its first progress, against the incumbent's 95th percentile. */
    FIRST_PROGRESS,
    /** The time until it was made, against the incumbent's median. */
    P50,
    /** The same against the incumbent's 95th percentile. */
    P95,
    /** What was made, against the words that asked for it. */
    QUALITY;

    /** As it is written in documents and reports: {@code first-progress}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
