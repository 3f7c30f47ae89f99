// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.body.FormFile;
import anymesh.gateway.pipeline.GenerationRequest;
import anymesh.gateway.pipeline.MediaOptions;
import anymesh.gateway.pipeline.Message;
import anymesh.gateway.pipeline.ModalityInput;
import anymesh.gateway.routing.RouteNeeds;
import anymesh.v1.Modality;
import anymesh.v1.Role;
import anymesh.v1.Sampling;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A checked request for pictures: the backbone is made to signal one picture, and the generator draws it {@code n} times
 * with successive seeds. {@code seed}, {@code num_inference_steps} and {@code guidance_scale} are extensions of OpenAI's
 * contract.
 *
 * @param kind how OpenAI begins the names of its events
 * @param asUrls whether the answer is to say where the pictures are, in their place
 */
record ImagesRequest(String kind, @Nullable String model, GenerationRequest generation, boolean stream,
        boolean asUrls, @Nullable String key) {
    static final String FORMAT = "response_format";
    private static final String IMAGE = "image";
    /** What the backbone is told where a client may not say anything. */
    private static final String VARY = "draw this";

    /** {@code POST /v1/images/generations}. */
    static ImagesRequest generation(Fields body) {
        String prompt = MediaFields.prompt(body);
        FieldRules.images().check(body);
        return read("image_generation", body, List.of(new ModalityInput.Text(prompt)));
    }

    /** {@code POST /v1/images/edits}: pictures, and what to draw of them. */
    static ImagesRequest edit(Fields body, int maxMedia) {
        String prompt = MediaFields.prompt(body);
        FieldRules.imageEdits().check(body);
        var parts = pictures(body, maxMedia);
        parts.add(new ModalityInput.Text(prompt));
        return read("image_edit", body, parts);
    }

    /** {@code POST /v1/images/variations}: a picture, and nothing else. */
    static ImagesRequest variation(Fields body) {
        FieldRules.imageVariations().check(body);
        var parts = pictures(body, 1);
        parts.add(new ModalityInput.Text(VARY));
        return read("image_variation", body, parts);
    }

    private static ImagesRequest read(String kind, Fields body, List<ModalityInput> parts) {
        String model = MediaFields.model(body);
        var generation = new GenerationRequest(List.of(new Message(Role.USER, parts)), Sampling.getDefaultInstance(),
                // Its words are the revised prompt.
                List.of(Modality.TEXT, Modality.IMAGE), List.of(Modality.IMAGE), media(body));
        boolean stream = Boolean.TRUE.equals(body.bool("stream"));
        boolean asUrls = "url".equals(body.string(FORMAT));
        if (stream && asUrls) {
            throw body.invalid(FORMAT, "Invalid '%s': a stream has its pictures in it; expected 'b64_json'.");
        }
        return new ImagesRequest(kind, model, generation, stream, asUrls, ChatRequest.key(body));
    }

    private static List<ModalityInput> pictures(Fields body, int most) {
        var files = body.files(IMAGE);
        if (files.isEmpty()) {
            throw body.missing(IMAGE);
        }
        if (files.size() > most) {
            throw body.invalid(IMAGE, "Invalid '%s': expected at most %d, but got %d.", most, files.size());
        }
        var parts = new ArrayList<ModalityInput>();
        for (FormFile file : files) {
            parts.add(PartReader.media(Modality.IMAGE, file, files.size() == 1
                    ? body.param(IMAGE)
                    : body.param(IMAGE) + "[" + parts.size() + "]"));
        }
        return parts;
    }

    private static MediaOptions media(Fields body) {
        Long n = body.integer("n", 1, 10);
        int previews = PictureFields.previews(body);
        if (previews > 0 && !Boolean.TRUE.equals(body.bool("stream"))) {
            throw body.invalid("partial_images",
                    "Invalid '%s': an answer that is not streamed has none; set 'stream'.");
        }
        return PictureFields.read(body, new MediaOptions(n == null ? 1 : n.intValue(), ChatRequest.seed(body),
                MediaFields.steps(body), MediaFields.guidanceScale(body), null, Map.of(), null, previews, false));
    }

    RouteNeeds needs() {
        boolean hasPictures = !generation.mediaOf(Modality.IMAGE).isEmpty();
        return new RouteNeeds(model, hasPictures ? Map.of(Modality.IMAGE, IMAGE) : Map.of(),
                Map.of(Modality.IMAGE, "model"), key);
    }
}
