// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder;

import anymesh.kit.media.Clip;
import anymesh.kit.media.ClipFormat;
import anymesh.kit.media.MediaCodec;
import anymesh.kit.media.MediaLimits;
import anymesh.kit.media.PictureFormat;
import anymesh.kit.media.Sound;
import anymesh.kit.media.SoundFormat;
import anymesh.kit.media.VideoFrame;
import anymesh.v1.MediaItem;
import anymesh.v1.Modality;
import anymesh.wire.call.CallContext;
import com.google.protobuf.ByteString;
import java.util.stream.IntStream;

/** Small files as callers send them, to warm an encoder with: what a graph of zeros would prove nothing of is read too. */
final class ExampleItems {
    private static final int WIDTH = 64;
    private static final int HEIGHT = 48;
    private static final int FRAMES = 8;
    private static final int SAMPLING_RATE = 16_000;

    private final MediaLimits limits;

    ExampleItems(MediaLimits limits) {
        this.limits = limits;
    }

    /** A text, a PNG, a WAV of a second, or an MP4 of a second. */
    MediaItem of(Modality modality, CallContext call) {
        return switch (modality) {
            case TEXT -> MediaItem.newBuilder().setText("a bell").build();
            case IMAGE -> file(MediaCodec.start(limits).encode(call, picture(0), PictureFormat.PNG, 100));
            case AUDIO -> file(MediaCodec.start(limits).encode(call, tone(), SoundFormat.WAV));
            case VIDEO -> file(MediaCodec.start(limits).encode(call,
                    new Clip(IntStream.range(0, FRAMES).mapToObj(ExampleItems::picture).toList(), FRAMES, null),
                    ClipFormat.MP4));
            case MODALITY_UNSPECIFIED, UNRECOGNIZED -> throw new IllegalArgumentException(modality.toString());
        };
    }

    private static MediaItem file(byte[] bytes) {
        return MediaItem.newBuilder().setMedia(ByteString.copyFrom(bytes)).build();
    }

    /** A gradient that moves from frame to frame. */
    private static VideoFrame picture(int frame) {
        var rgb = new byte[3 * WIDTH * HEIGHT];
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                int at = 3 * (y * WIDTH + x);
                rgb[at] = (byte) (4 * x + frame);
                rgb[at + 1] = (byte) (5 * y);
                rgb[at + 2] = (byte) (2 * (x + y));
            }
        }
        return new VideoFrame(WIDTH, HEIGHT, rgb);
    }

    private static Sound tone() {
        var samples = new float[SAMPLING_RATE];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (float) (0.5 * Math.sin(2 * Math.PI * 440 * i / SAMPLING_RATE));
        }
        return new Sound(samples, SAMPLING_RATE);
    }
}
