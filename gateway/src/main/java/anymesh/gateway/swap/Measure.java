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
    QUALITY,
    /** The same without golden prompts, which a candidate may be good at while it is bad at what callers ask for. */
    REAL_QUALITY;

    /** Whether a candidate must be found good enough by it. Thin traffic may say too little of what callers ask for. */
    boolean isRequired() {
        return this != REAL_QUALITY;
    }

    /** As it is written in documents and reports: {@code first-progress}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
