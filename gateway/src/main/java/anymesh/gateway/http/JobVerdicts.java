// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.jobs.JobError;
import anymesh.gateway.jobs.Verdict;
import java.io.IOException;
import java.nio.file.NoSuchFileException;

/** What a failure means for a job: what its caller would have been told, had it waited. */
public final class JobVerdicts {
    private JobVerdicts() {}

    /** Passing is what a client is asked to send again, and a medium that could not be written. */
    public static Verdict of(Throwable failure) {
        var error = ApiError.of(failure);
        boolean isPassing = error.retryAfter() != null
                || (failure instanceof IOException && !(failure instanceof NoSuchFileException));
        String code = error.code();
        return new Verdict(new JobError(code == null ? error.type() : code, error.message()), isPassing);
    }
}
