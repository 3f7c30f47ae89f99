// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
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

/** WAV, which the JDK writes. */
public final class WavFile {
    /** Samples a second of OpenAI's {@code pcm16}. */
    static final int PCM16_RATE = 24_000;
    private static final int CHUNK_HEADER = 8;
    private static final int RIFF_HEADER = 12;
    private static final int FORMAT = 16;
    private static final short PCM = 1;

    private WavFile() {}

    /** Sixteen bits, one channel, at the sound's rate. */
    static byte[] of(Sound sound) {
        var samples = ByteBuffer.allocate(2 * sound.samples().length).order(ByteOrder.LITTLE_ENDIAN);
        for (float sample : sound.samples()) {
            samples.putShort((short) Math.rint(Math.clamp(sample, -1f, 1f) * Short.MAX_VALUE));
        }
        return of(samples.array(), sound.samplingRate());
    }

    /** OpenAI's {@code pcm16}, little-endian samples of one channel at 24 kHz, as a file that says what it is; no copy is made. */
    public static ByteString ofPcm16(ByteString samples) {
        int length = samples.size() / Short.BYTES * Short.BYTES;
        var header = ByteBuffer.allocate(RIFF_HEADER + FORMAT + 2 * CHUNK_HEADER).order(ByteOrder.LITTLE_ENDIAN);
        header.put(ascii("RIFF")).putInt(header.capacity() - CHUNK_HEADER + length).put(ascii("WAVE"));
        header.put(ascii("fmt ")).putInt(FORMAT).putShort(PCM).putShort((short) 1).putInt(PCM16_RATE)
                .putInt(PCM16_RATE * Short.BYTES).putShort((short) Short.BYTES).putShort((short) Short.SIZE);
        header.put(ascii("data")).putInt(length);
        return UnsafeByteOperations.unsafeWrap(header.array()).concat(samples.substring(0, length));
    }

    private static byte[] ascii(String tag) {
        return tag.getBytes(StandardCharsets.US_ASCII);
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
}
