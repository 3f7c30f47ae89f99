// SPDX-License-Identifier: Apache-2.0
package anymesh.wire.error;

/**
 * A queue is full or a memory budget is used up. Worth another try after a pause.
 */
public final class Overloaded extends MeshException {
    private static final long serialVersionUID = 1;

    public Overloaded(String message) {
        super(message, null);
    }

    public Overloaded(String message, Throwable cause) {
        super(message, cause);
    }
}
