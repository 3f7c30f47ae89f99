// SPDX-License-Identifier: Apache-2.0
package anymesh.wire.error;

/**
 * A model or the code around it broke. The reason is in the log of the stage; the message says only where.
 */
public final class InferenceFailed extends MeshException {
    private static final long serialVersionUID = 1;

    public InferenceFailed(String message) {
        super(message, null);
    }

    public InferenceFailed(String message, Throwable cause) {
        super(message, cause);
    }
}
