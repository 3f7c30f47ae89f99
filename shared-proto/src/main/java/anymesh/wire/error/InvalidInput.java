// SPDX-License-Identifier: Apache-2.0
package anymesh.wire.error;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The request itself is at fault. {@link #param()} names the part of it, in the terms of whoever wrote the request, and
 * {@link #code()} the fault where clients act on its kind.
 */
public final class InvalidInput extends MeshException {
    private static final long serialVersionUID = 1;

    /** The messages are longer than the model's context: clients shorten the conversation and ask again. */
    public static final String CONTEXT_LENGTH_EXCEEDED = "context_length_exceeded";

    private final @Nullable String param;
    private final @Nullable String code;

    public InvalidInput(String message) {
        this(message, null);
    }

    public InvalidInput(String message, @Nullable String param) {
        this(message, param, null);
    }

    public InvalidInput(String message, @Nullable String param, @Nullable String code) {
        super(message, null);
        this.param = param;
        this.code = code;
    }

    /** The same of a field that is called otherwise by whoever reads of it, in the message too; of one that has a {@link #param}. */
    public InvalidInput named(String other) {
        return new InvalidInput(String.valueOf(getMessage()).replace(Objects.requireNonNull(param), other), other,
                code);
    }

    /** The offending field, such as {@code messages[0].content[1].image_url}; null when it is the request as a whole. */
    public @Nullable String param() {
        return param;
    }

    /** What kind of fault, in OpenAI's words; null for most. */
    public @Nullable String code() {
        return code;
    }
}
