// SPDX-License-Identifier: Apache-2.0
package anymesh.wire.error;

import org.jspecify.annotations.Nullable;

/** What a failure that no code foresaw is to a caller. The one place that tells memory that ran out from a broken model. */
public final class Failures {
    /** Causes may be a ring. */
    private static final int MAX_CAUSES = 16;

    private Failures() {}

    /**
     * A {@link MeshException} is itself. Memory that ran out, on the heap, off it or on a stack, is a lack of capacity:
     * {@link Overloaded}. All else is {@link InferenceFailed}.
     *
     * @param what could not be done, for the message: "the encoder"
     */
    public static MeshException of(Throwable failure, String what) {
        if (failure instanceof MeshException mesh) {
            return mesh;
        }
        return isOutOfMemory(failure)
                ? new Overloaded(what + " ran out of memory", failure)
                : new InferenceFailed(what + " failed", failure);
    }

    /** Whether memory ran out here or in what caused this. */
    public static boolean isOutOfMemory(Throwable failure) {
        @Nullable
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < MAX_CAUSES; depth++, cause = cause.getCause()) {
            if (cause instanceof OutOfMemoryError || cause instanceof StackOverflowError) {
                return true;
            }
        }
        return false;
    }
}
