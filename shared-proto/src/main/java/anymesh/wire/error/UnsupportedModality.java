// SPDX-License-Identifier: Apache-2.0
package anymesh.wire.error;

/**
 * No stage here takes or makes what was asked for. Another instance of the same bundle would say the same.
 */
public final class UnsupportedModality extends MeshException {
    private static final long serialVersionUID = 1;

    public UnsupportedModality(String message) {
        super(message, null);
    }

    public UnsupportedModality(String message, Throwable cause) {
        super(message, cause);
    }
}
