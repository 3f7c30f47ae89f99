// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media;

import anymesh.wire.error.InvalidInput;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Locale;

/** The beginning of a file's sound, as one channel. */
final class SoundReader {
    /** FLAC alone says how many samples it has, and has nothing else by which one sees that it is cut off. */
    private static final String FLAC = "flac";
    private static final double SLACK_SECONDS = 0.1;

    private SoundReader() {}

    static Sound read(CallersFile file, int samplingRate, double seconds) throws FfmpegFailed {
        var probe = file.probe();
        var stream = probe.sound();
        if (probe.format().equals(FLAC)) {
            checkWhole(stream.seconds() - SLACK_SECONDS, stream.seconds(), stream.secondsThere());
        }
        int most = Math.toIntExact(Math.round(seconds * samplingRate));
        var output = List.of("-t", String.format(Locale.ROOT, "%.6f", seconds), "-ac", "1", "-ar",
                String.valueOf(samplingRate), "-f", "f32le");
        var bytes = file.decode(file.lane(), stream, List.of(), output, from -> from.readNBytes(4 * most));
        var samples = new float[bytes.length / 4];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(samples);
        if (samples.length == 0) {
            throw new InvalidInput("the file holds no sound");
        }
        var sound = new Sound(samples, samplingRate);
        double there = Math.min(stream.secondsThere(), seconds);
        checkWhole(0.9 * there - SLACK_SECONDS, there, sound.seconds());
        return sound;
    }

    private static void checkWhole(double least, double expected, double there) {
        if (there < least) {
            throw new InvalidInput("the file is cut off: it says that it lasts %.2f s, but only %.2f s are there"
                    .formatted(expected, there));
        }
    }
}
