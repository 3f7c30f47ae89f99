// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the routes that make one kind of medium read alike. Null is what a client leaves to the mesh. */
final class MediaFields {
    /** {@code WIDTHxHEIGHT}. */
    static final Pattern SIZE = Pattern.compile("\\d{1,5}x\\d{1,5}");
    private static final long MAX_STEPS = 1_000;
    private static final double MAX_GUIDANCE = 100;

    private MediaFields() {}

    /** As with OpenAI, the model may be left out: null is the first that serves. */
    static @Nullable String model(Fields body) {
        return body.has("model") ? ChatRequest.model(body) : null;
    }

    static String prompt(Fields body) {
        String prompt = body.requiredString("prompt");
        if (prompt.isBlank()) {
            throw body.invalid("prompt", "Invalid '%s': the prompt is empty.");
        }
        return prompt;
    }

    static @Nullable Integer steps(Fields body) {
        Long steps = body.integer("num_inference_steps", 1, MAX_STEPS);
        return steps == null ? null : (Integer) steps.intValue();
    }

    static @Nullable Float guidanceScale(Fields body) {
        Double guidance = body.number("guidance_scale", 0, MAX_GUIDANCE);
        return guidance == null ? null : (Float) guidance.floatValue();
    }
}
