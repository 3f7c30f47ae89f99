// SPDX-License-Identifier: Apache-2.0
package anymesh.generator;

import anymesh.generator.MediaFile.ClipFile;
import anymesh.generator.MediaFile.PictureFile;
import anymesh.generator.MediaFile.SoundFile;
import anymesh.generator.pipeline.GeneratorManifest;
import anymesh.kit.media.ClipFormat;
import anymesh.kit.media.MediaCodec;
import anymesh.kit.media.MediaLimits;
import anymesh.kit.media.PictureFormat;
import anymesh.kit.media.SoundFormat;
import anymesh.v1.GeneratorRequest;
import anymesh.wire.error.InvalidInput;
import java.time.Duration;

/** The files that a generator can write, by the type that a request asks for; an empty one is the generator's own. */
interface MediaFiles {
    int BEST = 100;

    /** {@link InvalidInput} with its param for a type that this generator does not write. */
    MediaFile of(String mimeType, int quality);

    /** As a request asks for it. */
    default MediaFile of(GeneratorRequest request) {
        int quality = request.hasQuality() ? request.getQuality() : PictureFormat.QUALITY;
        if (quality < 0 || quality > BEST) {
            throw new InvalidInput("quality %s (expected: 0 to %d)".formatted(Integer.toUnsignedString(quality), BEST),
                    "quality");
        }
        return of(request.getMimeType(), quality);
    }

    /** Throws {@link IllegalStateException} if ffmpeg can't start here. */
    static MediaFiles of(GeneratorManifest.Output output) {
        return switch (output) {
            case GeneratorManifest.Pictures _ -> {
                var codec = codec();
                yield (type, quality) -> new PictureFile(type.isEmpty()
                        ? PictureFormat.PNG
                        : PictureFormat.ofMimeType(type).orElseThrow(() -> refused(type, PictureFormat.mimeTypes())),
                        quality, codec);
            }
            case GeneratorManifest.Sounds _ -> {
                var codec = codec();
                yield (type, _) -> new SoundFile(type.isEmpty()
                        ? SoundFormat.WAV
                        : SoundFormat.ofMimeType(type).orElseThrow(() -> refused(type, SoundFormat.mimeTypes())),
                        codec);
            }
            case GeneratorManifest.Clips _ -> {
                var codec = codec();
                yield (type, _) -> new ClipFile(type.isEmpty()
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
