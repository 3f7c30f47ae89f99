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
import org.jspecify.annotations.Nullable;

/**
 * A checked request for what is said in a sound. Only a backbone whose bundle says that it does this is asked: what a sound is
 * like is no transcript.
 *
 * @param task as bundles call it
 * @param isPlain whether the answer is the text and nothing else
 */
record TranscriptionRequest(String task, String model, GenerationRequest generation, boolean isPlain, boolean stream,
        @Nullable String key) {
    private static final String FILE = "file";

    /** {@code POST /v1/audio/transcriptions}: in the language that is spoken. */
    static TranscriptionRequest transcription(Fields form) {
        FieldRules.transcriptions().check(form);
        String language = form.string("language");
        return read("transcription", "Transcribe this%s.".formatted(language == null ? "" : " in " + language), form);
    }

    /** {@code POST /v1/audio/translations}: in English. */
    static TranscriptionRequest translation(Fields form) {
        FieldRules.translations().check(form);
        return read("translation", "Translate this into English.", form);
    }

    private static TranscriptionRequest read(String task, String order, Fields form) {
        String model = ChatRequest.model(form);
        var files = form.files(FILE);
        if (files.size() != 1) {
            throw files.isEmpty() ? form.missing(FILE) : form.invalid(FILE, "Invalid '%s': expected one file.");
        }
        String hint = form.string("prompt");
        var parts = List.<ModalityInput>of(PartReader.media(Modality.AUDIO, files.getFirst(), FILE),
                new ModalityInput.Text(hint == null || hint.isBlank() ? order : order + " " + hint));
        var sampling = Sampling.newBuilder();
        Double temperature = form.number("temperature", 0, 1);
        if (temperature != null) {
            sampling.setTemperature(temperature.floatValue());
        }
        var generation = new GenerationRequest(List.of(new Message(Role.USER, parts)), sampling.build(),
                List.of(Modality.TEXT), List.of(), MediaOptions.withSeed(null));
        return new TranscriptionRequest(task, model, generation, "text".equals(form.string("response_format")),
                Boolean.TRUE.equals(form.bool("stream")), ChatRequest.key(form));
    }

    RouteNeeds needs() {
        return new RouteNeeds(model, Map.of(Modality.AUDIO, FILE), Map.of(), key).withTask(task);
    }
}
