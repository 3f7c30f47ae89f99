// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.routing;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The request asks for something that this mesh does not have, now or later: a retry would not help. Not a
 * {@code MeshException}, because no stage raised it and because it names the field of the request at fault.
 */
public final class RouteRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What is missing. */
    public enum Reason {
        UNKNOWN_MODEL, UNSUPPORTED_MODALITY, UNSUPPORTED_FEATURE
    }

    private final Reason reason;
    private final @Nullable String param;

    private RouteRefused(Reason reason, String message, @Nullable String param) {
        super(message, null, false, false);
        this.reason = reason;
        this.param = param;
    }

    /** No backbone of this name is registered. */
    public static RouteRefused unknownModel(String model) {
        return new RouteRefused(Reason.UNKNOWN_MODEL,
                "The model '" + model + "' does not exist or you do not have access to it.", "model");
    }

    /** No backbone that serves the model has all of these; each stands with the field that asks for it. */
    static RouteRefused unsupportedFeature(String model, Map<String, String> features) {
        String param = features.values().stream().sorted().findFirst().orElse("model");
        return new RouteRefused(Reason.UNSUPPORTED_FEATURE, "Invalid '%s': the model '%s' does not support %s here."
                .formatted(param, model, String.join(" and ", features.values().stream().sorted().toList())), param);
    }

    static RouteRefused unsupportedModality(String message, @Nullable String param) {
        return new RouteRefused(Reason.UNSUPPORTED_MODALITY, message, param);
    }

    /** What is missing. */
    public Reason reason() {
        return reason;
    }

    /** The field of the request that asked for it, such as {@code messages[0].content[1]}. */
    public @Nullable String param() {
        return param;
    }
}
