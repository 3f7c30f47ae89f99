// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.testing;

import anymesh.kit.media.Clip;
import anymesh.kit.media.ClipFormat;
import anymesh.kit.media.MediaCodec;
import anymesh.kit.media.PictureCodec;
import anymesh.kit.media.PictureFormat;
import anymesh.kit.media.PictureSink;
import anymesh.kit.media.Sound;
import anymesh.kit.media.SoundFormat;
import anymesh.kit.media.VideoFrame;
import anymesh.wire.call.CallContext;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;

/** A codec for tests that nobody calls off: each use of it is a call of its own. */
public record TestCodec(MediaCodec codec) {

    public Sound sound(byte[] file, int samplingRate, double seconds) {
        return codec.sound(call(), file, samplingRate, seconds);
    }

    public List<VideoFrame> frames(byte[] file, int count) {
        return codec.frames(call(), file, count, frame -> frame);
    }

    public byte[] encode(Sound sound, SoundFormat format) {
        return codec.encode(call(), sound, format);
    }

    public byte[] encode(Clip clip, ClipFormat format) {
        return codec.encode(call(), clip, format);
    }

    public byte[] encode(VideoFrame picture, PictureFormat format) {
        return codec.encode(call(), picture, format, 95);
    }

    /** The pixels of a picture that was written here. */
    public VideoFrame picture(byte[] file, PictureFormat format) {
        var sink = new Pixels();
        var decoder = switch (format) {
            case PNG -> "png";
            case JPEG -> "mjpeg";
            case WEBP -> "webp";
        };
        PictureCodec.start().decode(new PictureCodec.Job(List.of(ByteBuffer.wrap(file)), format + "_pipe", decoder,
                List.of(), List.of(), false, 64 << 20), call(), sink);
        return new VideoFrame(sink.width, sink.height, sink.rgb.toByteArray());
    }

    private static final class Pixels implements PictureSink {
        private final ByteArrayOutputStream rgb = new ByteArrayOutputStream();
        private int width;
        private int height;

        @Override
        public void begin(int newWidth, int newHeight) {
            width = newWidth;
            height = newHeight;
        }

        @Override
        public void row(byte[] pixels) {
            rgb.write(pixels, 0, 3 * width);
        }
    }

    public byte[] withSound(byte[] film, ClipFormat format, byte[] sound, SoundFormat soundFormat) {
        return codec.withSound(call(), film, format, sound, soundFormat);
    }

    private static CallContext call() {
        return CallContext.start("test", null, Duration.ofMinutes(2));
    }
}
