// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.pipeline.GenerationRequest;
import anymesh.gateway.pipeline.MediaOptions;
import anymesh.gateway.pipeline.Message;
import anymesh.gateway.pipeline.ModalityInput;
import anymesh.gateway.routing.OutputPath;
import anymesh.gateway.routing.RouteNeeds;
import anymesh.v1.Modality;
import anymesh.v1.Role;
import anymesh.v1.Sampling;
import anymesh.wire.error.InvalidInput;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A checked {@code POST /v1/images/generations}: the backbone is made to signal one picture, and the generator draws it
 * {@code n} times with successive seeds. {@code seed}, {@code num_inference_steps} and {@code guidance_scale} are
 * extensions of OpenAI's contract.
 */
record ImagesRequest(String model, GenerationRequest generation) {
    private static final long MAX_STEPS = 1_000;
    private static final double MAX_GUIDANCE = 100;

    static ImagesRequest read(Fields body) {
        String model = ChatRequest.model(body);
        String prompt = body.requiredString("prompt");
        if (prompt.isBlank()) {
            throw body.invalid("prompt", "Invalid '%s': the prompt is empty.");
        }
        only(body, "response_format", "b64_json");
        only(body, "output_format", "png");
        if (Boolean.TRUE.equals(body.bool("stream"))) {
            throw body.invalid("stream", "Invalid '%s': streaming pictures is not supported.");
        }
        var generation = new GenerationRequest(List.of(new Message(Role.USER, List.of(new ModalityInput.Text(prompt)))),
                Sampling.getDefaultInstance(), List.of(Modality.IMAGE), List.of(Modality.IMAGE), media(body));
        return new ImagesRequest(model, generation);
    }

    private static MediaOptions media(Fields body) {
        Long n = body.integer("n", 1, 10);
        Long steps = body.integer("num_inference_steps", 1, MAX_STEPS);
        Double guidance = body.number("guidance_scale", 0, MAX_GUIDANCE);
        String size = body.string("size");
        return new MediaOptions(n == null ? 1 : n.intValue(), ChatRequest.seed(body),
                steps == null ? null : steps.intValue(), guidance == null ? null : guidance.floatValue(),
                size == null || size.equals("auto") ? null : size, Map.of(), false);
    }

    private static void only(Fields body, String name, String supported) {
        String value = body.string(name);
        if (value != null && !value.equals(supported)) {
            throw body.invalid(name, "Invalid '%s': '%s' is not supported; expected '" + supported + "'.",
                    Fields.abbreviated(value));
        }
    }

    RouteNeeds needs() {
        return new RouteNeeds(model, Map.of(), Map.of(Modality.IMAGE, "model"));
    }

    @Nullable
    String size() {
        return generation.media().size();
    }

    /** Refuses a size that the generator does not draw in. */
    void checkSize(OutputPath path) {
        String size = size();
        if (size != null && !path.sizes().contains(size)) {
            throw new InvalidInput(
                    "Invalid 'size': '" + Fields.abbreviated(size) + "' is not supported; expected 'auto' or "
                            + "one of " + path.sizes() + ".",
                    "size");
        }
    }
}
