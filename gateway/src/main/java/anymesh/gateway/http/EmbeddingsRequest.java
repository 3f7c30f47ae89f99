// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.pipeline.EmbeddingPipeline;
import anymesh.gateway.pipeline.ModalityInput;
import anymesh.gateway.pipeline.ModalityInput.Media;
import anymesh.gateway.pipeline.ModalityInput.Text;
import anymesh.gateway.routing.RouteNeeds;
import anymesh.v1.Modality;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A checked {@code POST /v1/embeddings}. Besides OpenAI's strings, it takes a content part of a chat, or such parts
 * among the strings.
 *
 * @param params where each input stands
 * @param dimensions that the vectors are expected to have; null for as many as there are
 */
record EmbeddingsRequest(String model, List<ModalityInput> inputs, List<String> params, boolean base64,
        @Nullable Integer dimensions, @Nullable String key) {
    private static final String INPUT = "input";
    /** As many as OpenAI takes. */
    private static final int MAX_INPUTS = 2048;

    static EmbeddingsRequest read(Fields body, int maxMedia) {
        String model = ChatRequest.model(body);
        FieldRules.embeddings().check(body);
        var inputs = new ArrayList<ModalityInput>();
        var params = new ArrayList<String>();
        for (Fields.Element element : body.elementsOrOne(INPUT)) {
            inputs.add(input(element, body));
            params.add(element.param());
        }
        if (inputs.isEmpty() || inputs.size() > MAX_INPUTS) {
            throw body.invalid(INPUT, "Invalid '%s': expected 1 to %d inputs, but got %d.", MAX_INPUTS, inputs.size());
        }
        if (inputs.stream().filter(Media.class::isInstance).count() > maxMedia) {
            throw body.invalid(INPUT, "Invalid '%s': a request may bring at most %d media.", maxMedia);
        }
        Long dimensions = body.integer("dimensions", 1, Integer.MAX_VALUE);
        return new EmbeddingsRequest(model, inputs, params, "base64".equals(body.string("encoding_format")),
                dimensions == null ? null : dimensions.intValue(), ChatRequest.key(body));
    }

    private static ModalityInput input(Fields.Element element, Fields body) {
        if (element.value().isObject()) {
            return PartReader.read(body.at(element));
        }
        if (element.value().isNumber() || element.value().isArray()) {
            throw body.invalid(INPUT, "Invalid '%s': tokens are not read here; send the text.");
        }
        String text = Fields.text(element.value(), element.param());
        if (text.isBlank()) {
            throw body.invalid(INPUT, "Invalid '%s': there is nothing to embed in an empty text.");
        }
        return new Text(text);
    }

    RouteNeeds needs() {
        Map<Modality, String> modalities = new EnumMap<>(Modality.class);
        for (int i = 0; i < inputs.size(); i++) {
            modalities.putIfAbsent(EmbeddingPipeline.modality(inputs.get(i)), params.get(i));
        }
        return new RouteNeeds(model, modalities, Map.of(), key);
    }
}
