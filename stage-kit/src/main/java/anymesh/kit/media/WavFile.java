// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media;

import anymesh.wire.error.InvalidInput;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import javax.sound.sampled.AudioFileFormat;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;

/** WAV, which the JDK writes, and whose header ffmpeg believes too little to notice a lie in it. */
public final class WavFile {
    /** Samples a second of OpenAI's {@code pcm16}. */
    static final int PCM16_RATE = 24_000;
    /** What those write that do not know the length beforehand. */
    private static final long UNKNOWN = 0xFFFFFFFFL;
    private static final int CHUNK_HEADER = 8;
    private static final int RIFF_HEADER = 12;

    private WavFile() {}

    /** Sixteen bits, one channel, at the sound's rate. */
    static byte[] of(Sound sound) {
        var samples = ByteBuffer.allocate(2 * sound.samples().length).order(ByteOrder.LITTLE_ENDIAN);
        for (float sample : sound.samples()) {
            samples.putShort((short) Math.rint(Math.clamp(sample, -1f, 1f) * Short.MAX_VALUE));
        }
        return of(samples.array(), sound.samplingRate());
    }

    /** OpenAI's {@code pcm16}, little-endian samples of one channel at 24 kHz, as a file that says what it is. */
    public static byte[] ofPcm16(byte[] samples) {
        return of(samples, PCM16_RATE);
    }

    private static byte[] of(byte[] samples, int rate) {
        var file = new ByteArrayOutputStream();
        var format = new AudioFormat(rate, Short.SIZE, 1, true, false);
        try (var stream = new AudioInputStream(new ByteArrayInputStream(samples), format,
                samples.length / Short.BYTES)) {
            AudioSystem.write(stream, AudioFileFormat.Type.WAVE, file);
        } catch (IOException e) {
            throw new UncheckedIOException("no file is written here", e);
        }
        return file.toByteArray();
    }

    /** Refuses a WAV whose data chunk says that it has more bytes than there are; other files pass. */
    static void check(byte[] file) {
        if (!has(file, 0, "RIFF") || !has(file, CHUNK_HEADER, "WAVE")) {
            return;
        }
        var bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        for (long at = RIFF_HEADER; at + CHUNK_HEADER <= file.length;) {
            long size = Integer.toUnsignedLong(bytes.getInt((int) at + 4));
            long there = file.length - at - CHUNK_HEADER;
            if (has(file, (int) at, "data")) {
                if (size > there && size != UNKNOWN) {
                    throw new InvalidInput(
                            "the file is cut off: it says that it has %d bytes of samples, but only %d are there"
                                    .formatted(size, there));
                }
                return;
            }
            at += CHUNK_HEADER + size + size % 2;
        }
    }

    private static boolean has(byte[] file, int at, String tag) {
        return file.length >= at + tag.length()
                && new String(file, at, tag.length(), StandardCharsets.ISO_8859_1).equals(tag);
    }
}
