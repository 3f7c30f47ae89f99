// SPDX-License-Identifier: Apache-2.0
package anymesh.wire.error;

import org.jspecify.annotations.Nullable;

/**
 * Why a request could not be served. The types are a closed list, and each has one gRPC status and one HTTP status: see
 * {@link WireStatus}. The message is written for the caller and crosses the wire; the cause stays in this process.
 *
 * <p>A caller that goes away is not an error: that is {@link java.util.concurrent.CancellationException}.
 */
public abstract sealed class MeshException extends RuntimeException
        permits InvalidInput, UnsupportedModality, Overloaded,
        StageUnavailable, StageLost, ModelNotReady, DeadlineExceeded, ContractMismatch, InferenceFailed {
    private static final long serialVersionUID = 1;

    MeshException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** The text for the caller, which is never absent here. */
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
