// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.pipeline.GenerationRequest;
import anymesh.gateway.pipeline.MediaOptions;
import anymesh.gateway.pipeline.Message;
import anymesh.gateway.pipeline.ModalityInput;
import anymesh.gateway.routing.RouteNeeds;
import anymesh.v1.Modality;
import anymesh.v1.Role;
import anymesh.v1.Sampling;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A checked {@code POST /v1/images/generations}: the backbone is made to signal one picture, and the generator draws it
 * {@code n} times with successive seeds. {@code seed}, {@code num_inference_steps} and {@code guidance_scale} are
 * extensions of OpenAI's contract.
 */
record ImagesRequest(@Nullable String model, GenerationRequest generation, @Nullable String key) {
    private static final long MAX_STEPS = 1_000;
    private static final double MAX_GUIDANCE = 100;
    private static final Pattern SIZE = Pattern.compile("\\d{1,5}x\\d{1,5}");

    /** As with OpenAI, the model may be left out: null is the first that serves. */
    static ImagesRequest read(Fields body) {
        String model = body.has("model") ? ChatRequest.model(body) : null;
        String prompt = body.requiredString("prompt");
        if (prompt.isBlank()) {
            throw body.invalid("prompt", "Invalid '%s': the prompt is empty.");
        }
        FieldRules.images().check(body);
        var generation = new GenerationRequest(List.of(new Message(Role.USER, List.of(new ModalityInput.Text(prompt)))),
                Sampling.getDefaultInstance(), List.of(Modality.IMAGE), List.of(Modality.IMAGE), media(body));
        return new ImagesRequest(model, generation, ChatRequest.key(body));
    }

    private static MediaOptions media(Fields body) {
        Long n = body.integer("n", 1, 10);
        Long steps = body.integer("num_inference_steps", 1, MAX_STEPS);
        Double guidance = body.number("guidance_scale", 0, MAX_GUIDANCE);
        return new MediaOptions(n == null ? 1 : n.intValue(), ChatRequest.seed(body),
                steps == null ? null : steps.intValue(), guidance == null ? null : guidance.floatValue(),
                size(body), Map.of(), false);
    }

    /** Whether a generator draws in this size is known when one has been chosen. */
    private static @Nullable String size(Fields body) {
        String size = body.string("size");
        if (size == null || size.equals("auto")) {
            return null;
        }
        if (!SIZE.matcher(size).matches()) {
            throw body.invalid("size", "Invalid '%s': '%s' is not supported; expected 'auto' or WIDTHxHEIGHT.",
                    Fields.abbreviated(size));
        }
        return size;
    }

    RouteNeeds needs() {
        return new RouteNeeds(model, Map.of(), Map.of(Modality.IMAGE, "model"), key);
    }
}
