// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.jobs;

import java.util.Locale;

/** How far a job is; OpenAI's four, and one that nobody is shown. */
public enum JobState {
    QUEUED, IN_PROGRESS, COMPLETED, FAILED,
    /** Kept as long as the request that made it may be repeated, so that it isn't made again. */
    DELETED;

    /** As it is stored, and as OpenAI's clients read it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    static JobState of(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
