// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.pipeline.GenerationRequest;
import anymesh.gateway.pipeline.MediaOptions;
import anymesh.gateway.routing.RouteNeeds;
import anymesh.v1.Modality;
import anymesh.wire.error.InvalidInput;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A checked {@code POST /v1/responses}; {@link FieldRules} says what becomes of the fields that are not read here.
 * {@code seed} is an extension.
 *
 * @param echo what the answer says of the request
 */
record ResponsesRequest(String model, GenerationRequest generation, ResponseTools tools, boolean stream,
        @Nullable String key, ObjectNode echo) {
    private static final String SIZE = "size";
    private static final String LOGPROBS = "message.output_text.logprobs";

    static ResponsesRequest read(Fields body, HttpLimits limits) {
        String model = ChatRequest.model(body);
        FieldRules.responses().check(body);
        Fields text = body.object("text");
        if (text != null) {
            FieldRules.responseText().check(text);
        }
        boolean isStreamed = Boolean.TRUE.equals(body.bool("stream"));
        Long seed = ChatRequest.seed(body);
        var tools = ResponseTools.read(body, isStreamed, MediaOptions.withSeed(seed));
        var messages = ItemReader.read(body, limits.maxMedia());
        var sampling = ChatRequest.sampling(body.number("temperature", 0, 2), body.number("top_p", 0, 1), seed);
        Long maxTokens = body.integer("max_output_tokens", 1, Integer.MAX_VALUE);
        if (maxTokens != null) {
            sampling.setMaxTokens(maxTokens.intValue());
        }
        ChatRequest.readTopLogprobs(body, ResponsesRequest::includesLogprobs,
                "'include' must have '" + LOGPROBS + "' for them",
                sampling);
        var format = FormatReader.response(text);
        var modalities = FormatReader.modalities(tools.modalities(), format, tools.functions(), body, "tools");
        var generation = new GenerationRequest(messages, sampling.build(), modalities, tools.required(), tools.media(),
                format, tools.functions());
        return new ResponsesRequest(model, generation, tools, isStreamed, ChatRequest.key(body),
                ResponseEcho.of(body));
    }

    /** All else that can be included belongs to items that no answer has. */
    private static boolean includesLogprobs(Fields body) {
        return body.has("include") && body.strings("include").contains(LOGPROBS);
    }

    /** What a route must have; see {@link RouteNeeds}. */
    RouteNeeds needs() {
        return new RouteNeeds(model, generation.inputs(),
                tools.param() == null ? Map.of() : Map.of(Modality.IMAGE, tools.param()), key)
                .withFeatures(ChatRequest.features(generation, "include"))
                .withWishes(ChatRequest.wishes(generation));
    }

    /** Whether it has to be known who draws before the backbone is bothered. */
    boolean isPlannedWithPictures() {
        return tools.param() != null && (!tools.required().isEmpty() || generation.media().size() != null);
    }

    /** A failure in the terms of this request, in which a size is a tool's. */
    Throwable named(Throwable failure) {
        if (failure instanceof InvalidInput wrong && SIZE.equals(wrong.param()) && tools.param() != null) {
            String param = tools.param() + "." + SIZE;
            return new InvalidInput(String.valueOf(wrong.getMessage()).replace("'" + SIZE + "'", "'" + param + "'"),
                    param);
        }
        return failure;
    }
}
