// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.jobs;

import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * What tells whether a request was made before. Only hashes are kept.
 *
 * @param key the same for all that are taken for one request
 * @param print of what it says
 * @param isNamed whether its client named it, by an {@code Idempotency-Key}
 * @param isRetry whether its client says that it sent it before
 * @param arrived when it arrived here, by {@link System#nanoTime}
 */
public record JobRequest(String key, String print, boolean isNamed, boolean isRetry, long arrived) {
    /** How long a name is remembered. */
    static final Duration NAMED = Duration.ofDays(1);
    /** How long a retry may come after the first. OpenAI's clients send two, at most two minutes apart. */
    static final Duration UNNAMED = Duration.ofMinutes(10);

    /**
     * A request that its client named.
     *
     * @param caller what tells callers apart, such as a key of theirs: a name is its caller's own
     */
    public static JobRequest named(String caller, String name, String said) {
        return new JobRequest("named " + hash(caller + "\0" + name), hash(said), true, false, 0);
    }

    /** A request without a name, which is known by its caller and what it says. */
    public static JobRequest unnamed(String caller, String said, boolean isRetry, long arrived) {
        return new JobRequest("said " + hash(caller + "\0" + said), hash(said), false, isRetry, arrived);
    }

    Duration isKept() {
        return isNamed ? NAMED : UNNAMED;
    }

    private static String hash(String text) {
        return Hashing.sha256().hashString(text, StandardCharsets.UTF_8).toString();
    }
}
