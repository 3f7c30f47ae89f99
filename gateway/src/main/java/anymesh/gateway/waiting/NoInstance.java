// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.waiting;

import anymesh.wire.error.MeshException;

/** No instance of a service can take a step now. It may be waited for; {@code reason} is the error if it is not. */
public final class NoInstance extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String service;
    private final MeshException reason;

    public NoInstance(String service, MeshException reason) {
        super(reason.getMessage(), reason, false, false);
        this.service = service;
        this.reason = reason;
    }

    public String service() {
        return service;
    }

    /** What the client is told if nobody comes. */
    public MeshException reason() {
        return reason;
    }
}
