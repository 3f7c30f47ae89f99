// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.consul;

/**
 * Consul is there but will not have us: a token it does not know, one that may not do this, or certificates that do not
 * match. Waiting does not help. Without this a mesh would only look empty, as Consul answers a forbidden read with an
 * empty list.
 */
public final class ConsulRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    ConsulRefusedException(String message) {
        super(message);
    }

    ConsulRefusedException(String message, Throwable cause) {
        super(message, cause);
    }
}
