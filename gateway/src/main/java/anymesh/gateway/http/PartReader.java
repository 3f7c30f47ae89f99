// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.pipeline.ModalityInput;
import anymesh.gateway.pipeline.ModalityInput.Media;
import anymesh.gateway.pipeline.ModalityInput.Text;
import anymesh.gateway.routing.Services;
import anymesh.kit.media.SoundFormat;
import anymesh.kit.media.WavFile;
import anymesh.v1.Modality;
import anymesh.wire.WireLimits;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Content parts of a message, in OpenAI's shapes and vLLM's {@code audio_url} and {@code video_url}. */
final class PartReader {
    /** Names for files that the encoder reads besides those that the mesh writes; it looks at the bytes anyway. */
    private static final Set<String> CONTAINERS = Set.of("ogg", "m4a", "mp4", "webm");
    private static final int MAX_IMAGE_BYTES = 20 << 20;
    private static final int MAX_AUDIO_BYTES = 25 << 20;
    private static final int MAX_VIDEO_BYTES = WireLimits.MAX_MEDIA_BYTES;

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
            case "image_url" -> url(part, type, Modality.IMAGE, MAX_IMAGE_BYTES);
            case "audio_url" -> url(part, type, Modality.AUDIO, MAX_AUDIO_BYTES);
            case "video_url" -> url(part, type, Modality.VIDEO, MAX_VIDEO_BYTES);
            case "input_audio" -> audio(part.requiredObject("input_audio"));
            default -> throw part.invalid("type",
                    "Invalid '%s': '%s' is not supported; expected 'text', 'image_url', 'input_audio', 'audio_url' or "
                            + "'video_url'.",
                    Fields.abbreviated(type));
        };
    }

    private static Media url(Fields part, String type, Modality modality, int maxBytes) {
        Fields holder = part.requiredObject(type);
        String param = holder.param("url");
        return new Media(modality,
                DataUrl.decode(holder.requiredString("url"), Services.name(modality), maxBytes, param), param);
    }

    private static Media audio(Fields audio) {
        String name = audio.string("format");
        var format = name == null ? Optional.<SoundFormat>empty() : SoundFormat.of(name);
        if (name != null && !CONTAINERS.contains(name) && format.isEmpty()) {
            throw audio.invalid("format", "Invalid '%s': '%s' is not supported; expected one of %s.",
                    Fields.abbreviated(name), Arrays.toString(SoundFormat.values()));
        }
        String param = audio.param("data");
        ByteString bytes = DataUrl.base64(audio.requiredString("data"), MAX_AUDIO_BYTES, param);
        boolean bare = format.equals(Optional.of(SoundFormat.PCM16));
        return new Media(Modality.AUDIO,
                bare ? UnsafeByteOperations.unsafeWrap(WavFile.ofPcm16(bytes.toByteArray())) : bytes, param);
    }
}
