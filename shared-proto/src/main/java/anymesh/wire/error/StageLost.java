// SPDX-License-Identifier: Apache-2.0
package anymesh.wire.error;

import org.jspecify.annotations.Nullable;

/**
 * A call ended without a word of the stage: its process died, or the connection was cut. That says nothing of the model
 * or of the request, so another instance can redo the step or go on with it. What gRPC itself calls INTERNAL or UNKNOWN,
 * such as a stream that ends in the middle of a frame, is this too.
 */
public final class StageLost extends MeshException {
    private static final long serialVersionUID = 1;

    private final boolean reached;

    public StageLost(String message) {
        super(message, null);
        this.reached = true;
    }

    /** {@code reached}: whether there was a connection; without one the stage has seen nothing of the call. */
    public StageLost(String message, boolean reached, @Nullable Throwable cause) {
        super(message, cause);
        this.reached = reached;
    }

    /** Whether the stage may have begun with the call. */
    public boolean reached() {
        return reached;
    }
}
