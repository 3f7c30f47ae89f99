// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.testing;

import anymesh.kit.media.Clip;
import anymesh.kit.media.MediaCodec;
import anymesh.kit.media.MediaLimits;
import anymesh.kit.media.Sound;
import anymesh.kit.media.VideoFrame;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;

/** Sounds and films that tests make and know again after a codec has had them. */
public final class TestMedia {
    public static final MediaLimits LIMITS = new MediaLimits(1 << 20, Duration.ofSeconds(30));

    private TestMedia() {}

    public static TestCodec codec() {
        return new TestCodec(MediaCodec.start(LIMITS));
    }

    /** Half as loud as can be. */
    public static Sound tone(double hertz, double seconds, int samplingRate) {
        var samples = new float[(int) Math.round(seconds * samplingRate)];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (float) (0.5 * Math.sin(2 * Math.PI * hertz * i / samplingRate));
        }
        return new Sound(samples, samplingRate);
    }

    /** The frequency of a tone, by the zero crossings of its middle half: codecs pad and ring at the ends. */
    public static double pitch(Sound sound) {
        int from = sound.samples().length / 4;
        int to = 3 * from;
        int crossings = 0;
        for (int i = from + 1; i < to; i++) {
            if (sound.samples()[i - 1] < 0 && sound.samples()[i] >= 0) {
                crossings++;
            }
        }
        return crossings * (double) sound.samplingRate() / (to - from);
    }

    /** Square grey frames, the i-th of brightness 10·i, so that a frame tells which one it was. */
    public static Clip brightening(int frames, int side, double framesPerSecond) {
        var all = new ArrayList<VideoFrame>();
        for (int i = 0; i < frames; i++) {
            var rgb = new byte[3 * side * side];
            Arrays.fill(rgb, (byte) (10 * i));
            all.add(new VideoFrame(side, side, rgb));
        }
        return new Clip(all, framesPerSecond, null);
    }

    /** Which frame of {@link #brightening} this is. */
    public static int number(VideoFrame frame) {
        long sum = 0;
        for (byte value : frame.rgb()) {
            sum += value & 0xFF;
        }
        return (int) Math.round(sum / (10.0 * frame.rgb().length));
    }
}
