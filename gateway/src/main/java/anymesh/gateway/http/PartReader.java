// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.body.FormFile;
import anymesh.gateway.body.MediaForm;
import anymesh.gateway.pipeline.ModalityInput;
import anymesh.gateway.pipeline.ModalityInput.Media;
import anymesh.gateway.pipeline.ModalityInput.Text;
import anymesh.kit.catalogue.Modalities;
import anymesh.kit.media.SoundFormat;
import anymesh.kit.media.WavFile;
import anymesh.kit.media.container.FileKind;
import anymesh.v1.Modality;
import anymesh.wire.error.InvalidInput;
import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/** Content parts of a message, in OpenAI's shapes and vLLM's {@code audio_url} and {@code video_url}. */
final class PartReader {
    private static final String FILE_ID = "file_id";
    private static final String FILE_DATA = "file_data";
    /** As much as the largest of media, of what may be any. */
    private static final int MAX_FILE_BYTES = MediaForm.VIDEO.maxBytes();

    private PartReader() {}

    /** The parts of the array {@code name}; empty texts are left out. */
    static List<ModalityInput> read(Fields message, String name) {
        return read(message, name, PartReader::read);
    }

    /** The same of parts in another shape. */
    static List<ModalityInput> read(Fields message, String name, Function<Fields, ModalityInput> shape) {
        List<ModalityInput> parts = new ArrayList<>();
        for (Fields part : message.objects(name)) {
            ModalityInput input = shape.apply(part);
            if (!(input instanceof Text(String text) && text.isEmpty())) {
                parts.add(input);
            }
        }
        return parts;
    }

    /** One part. */
    static ModalityInput read(Fields part) {
        String type = part.requiredString("type");
        return switch (type) {
            case "text" -> new Text(part.requiredString("text"));
            case "refusal" -> new Text(part.requiredString("refusal"));
            case "input_audio" -> audio(part.requiredObject("input_audio"));
            case "file" -> file(part.requiredObject("file"));
            default -> media(MediaForm.ofUrlPart(type).orElseThrow(() -> part.invalid("type",
                    "Invalid '%s': '%s' is not supported; expected 'text', 'image_url', 'input_audio', 'audio_url', "
                            + "'video_url' or 'file'.",
                    Fields.abbreviated(type))).modality(), part.requiredObject(type), "url");
        };
    }

    /** A medium that a field has as a data URL, or as a URL to be fetched, or in its place {@code file_id} by the id of a file. */
    static Media media(Modality modality, Fields holder, String name) {
        String param = holder.param(name);
        if (holder.has(FILE_ID)) {
            requireAlone(holder, FILE_ID, name);
            return new Media(modality, holder.links().kept(most(modality), holder, FILE_ID), holder.param(FILE_ID));
        }
        var url = holder.characters(name);
        return new Media(modality, holder.links().isOn() && DataUrl.isWeb(url)
                ? holder.links().bytes(modality, most(modality), holder, name)
                : new DataUrl(Modalities.name(modality), most(modality), param).decode(url), param);
    }

    /** A medium that a field has as base64. */
    static Media base64(Modality modality, Fields holder, String name) {
        String param = holder.param(name);
        return new Media(modality, new DataUrl(Modalities.name(modality), most(modality), param)
                .decodeBase64(holder.characters(name)), param);
    }

    private static int most(Modality modality) {
        return MediaForm.of(modality).maxBytes();
    }

    /** A file by its id or with its bytes: these decide what it is, and what they are of no medium is refused. */
    private static Media file(Fields file) {
        boolean isKept = file.has(FILE_ID);
        if (isKept) {
            requireAlone(file, FILE_ID, FILE_DATA);
        } else if (!file.has(FILE_DATA)) {
            throw file.missing(FILE_ID);
        }
        String name = isKept ? FILE_ID : FILE_DATA;
        ByteString bytes = isKept
                ? file.links().kept(MAX_FILE_BYTES, file, FILE_ID)
                : new DataUrl("video", MAX_FILE_BYTES, file.param(FILE_DATA)).decodeBase64(file.characters(FILE_DATA));
        if (bytes.isEmpty()) { // as long as it has not been read
            return new Media(Modality.IMAGE, bytes, file.param(name));
        }
        Modality modality = FileKind.of(bytes).orElseThrow(() -> file.invalid(name,
                "Invalid '%s': the file is neither a picture nor a sound nor a film, and nothing else is read here."));
        if (bytes.size() > most(modality)) {
            throw file.invalid(name, "Invalid '%s': it has more than the %d bytes that such a medium may have.",
                    most(modality));
        }
        return new Media(modality, bytes, file.param(name));
    }

    private static void requireAlone(Fields holder, String name, String other) {
        if (holder.has(other)) {
            throw holder.invalid(name, "Invalid '%s': expected either it or '%s'.", holder.param(other));
        }
    }

    /** A file of a form. */
    static Media media(Modality modality, FormFile file, String param) {
        int most = most(modality);
        if (file.bytes().isEmpty() || file.bytes().size() > most) {
            throw new InvalidInput(file.bytes().isEmpty()
                    ? "Invalid '%s': there is no data.".formatted(param)
                    : "Invalid '%s': it has more than the %d bytes that one media item may have.".formatted(param,
                            most),
                    param);
        }
        return new Media(modality, file.bytes(), param);
    }

    private static Media audio(Fields audio) {
        String name = audio.string("format");
        boolean bare = name != null && SoundNames.read(name).orElseThrow(() -> audio.invalid("format",
                "Invalid '%s': '%s' is not supported; expected one of %s, or another name of a sound file.",
                Fields.abbreviated(name), Arrays.toString(SoundFormat.values()))) == SoundFormat.PCM16;
        Media sound = base64(Modality.AUDIO, audio, "data");
        return bare && !isFile(sound.bytes())
                ? new Media(Modality.AUDIO, WavFile.ofPcm16(sound.bytes()), sound.param())
                : sound;
    }

    /** One that a client has called bare samples. */
    private static boolean isFile(ByteString bytes) {
        return Stream.of("RIFF", "OggS", "fLaC", "ID3")
                .anyMatch(magic -> bytes.startsWith(ByteString.copyFrom(magic, StandardCharsets.US_ASCII)));
    }
}
