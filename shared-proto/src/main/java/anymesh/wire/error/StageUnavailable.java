// SPDX-License-Identifier: Apache-2.0
package anymesh.wire.error;

/**
 * The stage cannot be reached or went away. No output has left it, so another instance can redo the step.
 */
public final class StageUnavailable extends MeshException {
    private static final long serialVersionUID = 1;

    public StageUnavailable(String message) {
        super(message, null);
    }

    public StageUnavailable(String message, Throwable cause) {
        super(message, cause);
    }
}
