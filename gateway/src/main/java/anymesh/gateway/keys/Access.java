// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.keys;

/** Who may use a route, where there are keys. */
public enum Access {
    /** Everybody. */
    OPEN,
    /** Whoever has a key. */
    KEY,
    /** Whoever has the key of an administrator; everybody where there is none. */
    ADMIN
}
