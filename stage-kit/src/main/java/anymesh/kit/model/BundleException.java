// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.model;

/** A model bundle that cannot be served; the message says which file and what is wrong with it. */
public final class BundleException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public BundleException(String message) {
        super(message);
    }

    public BundleException(String message, Throwable cause) {
        super(message, cause);
    }
}
