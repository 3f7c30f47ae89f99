// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.pipeline.ModalityInput;
import anymesh.gateway.pipeline.ModalityInput.Media;
import anymesh.gateway.pipeline.ModalityInput.Text;
import anymesh.v1.Modality;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Content parts of a message, in OpenAI's shapes and vLLM's {@code video_url}. */
final class PartReader {
    private static final Set<String> AUDIO_FORMATS = Set.of("wav", "mp3", "flac", "opus", "aac", "pcm16");

    private PartReader() {}

    /** The parts of the array {@code name}; empty texts are left out. */
    static List<ModalityInput> read(Fields message, String name) {
        List<ModalityInput> parts = new ArrayList<>();
        for (Fields part : message.objects(name)) {
            ModalityInput input = read(part);
            if (!(input instanceof Text(String text) && text.isEmpty())) {
                parts.add(input);
            }
        }
        return parts;
    }

    private static ModalityInput read(Fields part) {
        String type = part.requiredString("type");
        return switch (type) {
            case "text" -> new Text(part.requiredString("text"));
            case "image_url" -> url(part, type, Modality.IMAGE, "image");
            case "video_url" -> url(part, type, Modality.VIDEO, "video");
            case "input_audio" -> audio(part.requiredObject("input_audio"));
            default -> throw part.invalid("type",
                    "Invalid '%s': '%s' is not supported; expected 'text', 'image_url', 'input_audio' or 'video_url'.",
                    Fields.abbreviated(type));
        };
    }

    private static Media url(Fields part, String type, Modality modality, String mime) {
        Fields holder = part.requiredObject(type);
        String param = holder.param("url");
        return new Media(modality, DataUrl.decode(holder.requiredString("url"), mime, param), param);
    }

    private static Media audio(Fields audio) {
        String format = audio.string("format");
        if (format != null && !AUDIO_FORMATS.contains(format)) {
            throw audio.invalid("format", "Invalid '%s': '%s' is not supported.", Fields.abbreviated(format));
        }
        String param = audio.param("data");
        return new Media(Modality.AUDIO, DataUrl.base64(audio.requiredString("data"), param), param);
    }
}
