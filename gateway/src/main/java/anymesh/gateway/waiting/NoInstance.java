// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.waiting;

import anymesh.kit.registry.Release;
import anymesh.wire.error.MeshException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** No instance of a service can take a step now. It may be waited for; {@code reason} is the error if it is not. */
public final class NoInstance extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String service;
    private final @Nullable String key;
    private final MeshException reason;

    /** Of whatever release. */
    public NoInstance(String service, MeshException reason) {
        this(service, Optional.empty(), reason);
    }

    /** {@code release} is the one that it would have to be, where a route says so. */
    public NoInstance(String service, Optional<Release> release, MeshException reason) {
        super(reason.getMessage(), reason, false, false);
        this.service = service;
        this.key = release.map(Release::key).orElse(null);
        this.reason = reason;
    }

    public String service() {
        return service;
    }

    /** Where its wanted number stands, as far as it has one of its own: {@code SERVICE/BUNDLE/VERSION}. */
    Optional<String> key() {
        return Optional.ofNullable(key);
    }

    /** What the client is told if nobody comes. */
    public MeshException reason() {
        return reason;
    }
}
