// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.pipeline.MediaOptions;
import anymesh.kit.media.ClipFormat;
import anymesh.kit.media.SoundFormat;
import anymesh.v1.Modality;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Optional;

/** Reads how a chat wants its media: OpenAI's {@code audio}, and {@code image} and {@code video}, extensions of the same
 * kind. */
final class MediaChoices {
    private static final int MAX_VOICE_LENGTH = 256;

    private MediaChoices() {}

    /** These options, with the files and the soundtrack that the body asks for. */
    static MediaOptions read(Fields body, List<Modality> modalities, MediaOptions options) {
        var types = new EnumMap<Modality, String>(Modality.class);
        Fields audio = body.object("audio");
        if (audio != null) {
            checkVoice(audio);
            format(audio, "format", SoundFormat.values())
                    .ifPresent(format -> types.put(Modality.AUDIO, format.mimeType()));
        }
        Fields video = body.object("video");
        if (video != null) {
            format(video, "format", ClipFormat.values())
                    .ifPresent(format -> types.put(Modality.VIDEO, format.mimeType()));
        }
        Fields image = body.object("image");
        return options.withPreviews(image == null ? 0 : PictureFields.previews(image)).withMimeTypes(types)
                .withSoundtrack(video != null && soundtrack(video, modalities));
    }

    /** OpenAI's {@code audio.voice} is read and ignored, since what is made here does not speak. */
    private static void checkVoice(Fields audio) {
        String voice = audio.json().path("voice").isObject() ? null : audio.string("voice");
        if (voice != null && voice.length() > MAX_VOICE_LENGTH) {
            throw audio.invalid("voice", "Invalid '%s': no voice has a name that long.");
        }
    }

    /** The kind of file that a field names; empty where the client leaves it to the generator. */
    static <F extends Enum<F>> Optional<F> format(Fields media, String field, F[] known) {
        String name = media.string(field);
        if (name == null) {
            return Optional.empty();
        }
        return Optional.of(Arrays.stream(known).filter(format -> format.toString().equals(name)).findFirst()
                .orElseThrow(() -> media.invalid(field, "Invalid '%s': '%s' is not supported; expected one of %s.",
                        Fields.abbreviated(name), Arrays.toString(known))));
    }

    /** With {@code video.soundtrack} the sounds of the answer also go into its films. */
    private static boolean soundtrack(Fields video, List<Modality> modalities) {
        if (!Boolean.TRUE.equals(video.bool("soundtrack"))) {
            return false;
        }
        if (!modalities.isEmpty() && !modalities.contains(Modality.AUDIO)) {
            throw video.invalid("soundtrack", "Invalid '%s': 'modalities' does not have 'audio'.");
        }
        return true;
    }
}
