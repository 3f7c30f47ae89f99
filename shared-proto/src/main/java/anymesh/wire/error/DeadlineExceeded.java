// SPDX-License-Identifier: Apache-2.0
package anymesh.wire.error;

/**
 * The request's time ran out. Asking another instance cannot help.
 */
public final class DeadlineExceeded extends MeshException {
    private static final long serialVersionUID = 1;

    public DeadlineExceeded(String message) {
        super(message, null);
    }

    public DeadlineExceeded(String message, Throwable cause) {
        super(message, cause);
    }
}
