// SPDX-License-Identifier: Apache-2.0
package anymesh.generator;

import anymesh.generator.MediaFile.ClipFile;
import anymesh.generator.MediaFile.Png;
import anymesh.generator.MediaFile.SoundFile;
import anymesh.generator.pipeline.GeneratorManifest;
import anymesh.generator.pipeline.Picture;
import anymesh.kit.media.ClipFormat;
import anymesh.kit.media.MediaCodec;
import anymesh.kit.media.MediaLimits;
import anymesh.kit.media.SoundFormat;
import anymesh.wire.error.InvalidInput;
import java.time.Duration;

/** The files that a generator can write, by the type that a request asks for; an empty one is the generator's own. */
interface MediaFiles {

    /** {@link InvalidInput} with its param for a type that this generator does not write. */
    MediaFile of(String mimeType);

    /** Throws {@link IllegalStateException} for sounds and films if ffmpeg can't start here. */
    static MediaFiles of(GeneratorManifest.Output output) {
        return switch (output) {
            case GeneratorManifest.Pictures _ -> type -> {
                if (!type.isEmpty() && !type.equals(Picture.MIME_TYPE)) {
                    throw refused(type, Picture.MIME_TYPE);
                }
                return new Png();
            };
            case GeneratorManifest.Sounds _ -> {
                var codec = codec();
                yield type -> new SoundFile(type.isEmpty()
                        ? SoundFormat.WAV
                        : SoundFormat.ofMimeType(type).orElseThrow(() -> refused(type, SoundFormat.mimeTypes())),
                        codec);
            }
            case GeneratorManifest.Clips _ -> {
                var codec = codec();
                yield type -> new ClipFile(type.isEmpty()
                        ? ClipFormat.MP4
                        : ClipFormat.ofMimeType(type).orElseThrow(() -> refused(type, ClipFormat.mimeTypes())), codec);
            }
        };
    }

    /** It only writes here, so the limits for reading are never met. */
    private static MediaCodec codec() {
        return MediaCodec.start(new MediaLimits(Integer.MAX_VALUE, Duration.ofDays(1)));
    }

    private static InvalidInput refused(String type, String supported) {
        return new InvalidInput("mime_type '%s' (expected: %s)".formatted(type, supported), "mime_type");
    }
}
