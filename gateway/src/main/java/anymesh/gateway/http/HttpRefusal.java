// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

/** A request that HTTP itself rules out, before anybody has looked at what it asks for. */
final class HttpRefusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;

    HttpRefusal(int status, String message) {
        super(message, null, false, false);
        this.status = status;
    }

    int status() {
        return status;
    }
}
