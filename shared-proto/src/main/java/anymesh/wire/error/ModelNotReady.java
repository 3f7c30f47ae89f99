// SPDX-License-Identifier: Apache-2.0
package anymesh.wire.error;

/**
 * The stage is there, but its model is still loading, or it drains. No work was done: another instance may take the step.
 */
public final class ModelNotReady extends MeshException {
    private static final long serialVersionUID = 1;

    public ModelNotReady(String message) {
        super(message, null);
    }

    public ModelNotReady(String message, Throwable cause) {
        super(message, cause);
    }
}
