// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.pipeline.GenerationRequest;
import anymesh.gateway.pipeline.MediaOptions;
import anymesh.gateway.pipeline.Message;
import anymesh.gateway.pipeline.ModalityInput;
import anymesh.gateway.routing.OutputNeeds;
import anymesh.gateway.routing.RouteNeeds;
import anymesh.kit.media.SoundFormat;
import anymesh.v1.Modality;
import anymesh.v1.Role;
import anymesh.v1.Sampling;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A checked request for one sound as a file: {@code /v1/audio/generations}, an extension, or OpenAI's {@code /v1/audio/speech}.
 *
 * @param needs of the generator: one that speaks does it only where it says so
 * @param stream whether the file comes in events
 */
record SoundRequest(@Nullable String model, GenerationRequest generation, OutputNeeds needs, boolean stream,
        @Nullable String key) {
    private static final int MAX_SPOKEN = 4096;
    private static final String SPEECH = "speech";

    /** What is to be heard, as words describe it. The model may be left out. */
    static SoundRequest generation(Fields body) {
        String model = MediaFields.model(body);
        String prompt = MediaFields.prompt(body);
        FieldRules.sounds().check(body);
        var options = options(body, SoundFormat.WAV);
        return new SoundRequest(model, request(prompt, options), options.needs(), false, ChatRequest.key(body));
    }

    /** A text to be spoken. */
    static SoundRequest speech(Fields body) {
        String model = ChatRequest.model(body);
        String input = body.requiredString("input");
        if (input.isBlank() || input.length() > MAX_SPOKEN) {
            throw body.invalid("input", "Invalid '%s': expected a text of 1 to %d characters.", MAX_SPOKEN);
        }
        FieldRules.speech().check(body);
        var options = options(body, SoundFormat.MP3);
        return new SoundRequest(model, request(input, options), options.needs().withTask(SPEECH),
                "sse".equals(body.string("stream_format")), ChatRequest.key(body));
    }

    private static GenerationRequest request(String text, MediaOptions options) {
        return new GenerationRequest(List.of(new Message(Role.USER, List.of(new ModalityInput.Text(text)))),
                Sampling.getDefaultInstance(), List.of(Modality.AUDIO), List.of(Modality.AUDIO), options);
    }

    private static MediaOptions options(Fields body, SoundFormat usual) {
        Integer steps = MediaFields.steps(body);
        Float guidance = MediaFields.guidanceScale(body);
        String name = body.string("response_format");
        SoundFormat format = name == null ? usual : format(name, body);
        return new MediaOptions(1, ChatRequest.seed(body), steps, guidance, null,
                Map.of(Modality.AUDIO, format.mimeType()), null,
                0, false);
    }

    private static SoundFormat format(String name, Fields body) {
        return Arrays.stream(SoundFormat.values()).filter(format -> name(format).equals(name)).findFirst()
                .orElseThrow(() -> body.invalid("response_format",
                        "Invalid '%s': '%s' is not supported; expected one of %s.", Fields.abbreviated(name),
                        Arrays.stream(SoundFormat.values()).map(SoundRequest::name).collect(Collectors.joining(", "))));
    }

    /** As these routes call it: what a chat calls {@code pcm16} is the same. */
    private static String name(SoundFormat format) {
        return format == SoundFormat.PCM16 ? "pcm" : format.toString();
    }

    RouteNeeds routeNeeds() {
        return new RouteNeeds(model, Map.of(), Map.of(Modality.AUDIO, "model"), key);
    }
}
