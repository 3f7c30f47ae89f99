// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.testing;

import anymesh.kit.media.Clip;
import anymesh.kit.media.ClipFormat;
import anymesh.kit.media.MediaCodec;
import anymesh.kit.media.Sound;
import anymesh.kit.media.SoundFormat;
import anymesh.kit.media.VideoFrame;
import anymesh.wire.call.CallContext;
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

    public byte[] withSound(byte[] film, ClipFormat format, byte[] sound, SoundFormat soundFormat) {
        return codec.withSound(call(), film, format, sound, soundFormat);
    }

    private static CallContext call() {
        return CallContext.start("test", null, Duration.ofMinutes(2));
    }
}
