// SPDX-License-Identifier: Apache-2.0
package anymesh.generator;

import anymesh.generator.pipeline.GeneratedClip;
import anymesh.generator.pipeline.GeneratedSound;
import anymesh.generator.pipeline.Media;
import anymesh.generator.pipeline.Picture;
import anymesh.kit.media.ClipFormat;
import anymesh.kit.media.MediaCodec;
import anymesh.kit.media.PictureFormat;
import anymesh.kit.media.SoundFormat;
import anymesh.v1.GeneratedMedia;
import anymesh.wire.call.CallContext;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;

/** The kind of file that a request gets, and the writing of it. */
sealed interface MediaFile {

    record PictureFile(PictureFormat format, int quality, MediaCodec codec) implements MediaFile {}

    record SoundFile(SoundFormat format, MediaCodec codec) implements MediaFile {}

    record ClipFile(ClipFormat format, MediaCodec codec) implements MediaFile {}

    /** Fills in the file, its type and what there is to say of its size. Blocks; belongs on a caller's thread. */
    static GeneratedMedia.Builder write(Media media, MediaFile kind, CallContext call) {
        var into = GeneratedMedia.newBuilder();
        return switch (media) {
            case Picture picture when kind instanceof PictureFile(var format, var quality, var codec) -> into
                    .setData(bytes(codec.encode(call, picture.frame(), format, quality))).setMimeType(format.mimeType())
                    .setWidth(picture.size().width()).setHeight(picture.size().height());
            case GeneratedSound(var sound) when kind instanceof SoundFile(var format, var codec) ->
                into.setData(bytes(codec.encode(call, sound, format))).setMimeType(format.mimeType())
                        .setSeconds((float) sound.seconds());
            case GeneratedClip(var clip) when kind instanceof ClipFile(var format, var codec) ->
                into.setData(bytes(codec.encode(call, clip, format))).setMimeType(format.mimeType())
                        .setWidth(clip.width()).setHeight(clip.height()).setSeconds((float) clip.seconds());
            case Picture _,GeneratedSound _,GeneratedClip _ ->
                throw new IllegalStateException("%s as %s".formatted(media.getClass(), kind));
        };
    }

    private static ByteString bytes(byte[] file) {
        return UnsafeByteOperations.unsafeWrap(file);
    }
}
