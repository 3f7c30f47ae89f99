// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.keys;

/** A request that its key does not let in, or that came without one. */
public final class KeyRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean isKnown;

    KeyRefused(String message, boolean isKnown) {
        super(message, null, false, false);
        this.isKnown = isKnown;
    }

    /** Whether the key is one, but not for this. */
    public boolean isKnown() {
        return isKnown;
    }
}
