// SPDX-License-Identifier: Apache-2.0
package anymesh.wire.error;

import org.jspecify.annotations.Nullable;

/** The request itself is at fault. {@link #param()} names the part of it, in the terms of whoever wrote the request. */
public final class InvalidInput extends MeshException {
    private static final long serialVersionUID = 1;

    private final @Nullable String param;

    public InvalidInput(String message) {
        this(message, null);
    }

    public InvalidInput(String message, @Nullable String param) {
        super(message, null);
        this.param = param;
    }

    /** The offending field, such as {@code messages[0].content[1].image_url}; null when it is the request as a whole. */
    public @Nullable String param() {
        return param;
    }
}
