// SPDX-License-Identifier: Apache-2.0
package anymesh.wire.error;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A queue is full or a memory budget is used up. Worth another try after a pause.
 */
public final class Overloaded extends MeshException {
    private static final long serialVersionUID = 1;

    private final transient @Nullable Duration retryAfter;

    public Overloaded(String message) {
        this(message, (Duration) null);
    }

    /** {@code retryAfter}: when there will be room, if that is known. */
    public Overloaded(String message, @Nullable Duration retryAfter) {
        super(message, null);
        this.retryAfter = retryAfter;
    }

    public Overloaded(String message, Throwable cause) {
        super(message, cause);
        retryAfter = null;
    }

    /** When there will be room, if that is known. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
