// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Sound files by the names that OpenAI's {@code audio.format} and {@code input_audio.format} have for them. */
enum AudioFormat {
    WAV("audio/wav"), MP3("audio/mpeg"), FLAC("audio/flac"), OPUS("audio/ogg"), AAC("audio/aac"),
    /** Bare samples: 16 bits, little-endian, one channel, 24 kHz. */
    PCM16("audio/pcm");

    private static final int PCM_RATE = 24_000;
    private static final int WAV_HEADER = 44;

    private final String mimeType;

    AudioFormat(String mimeType) {
        this.mimeType = mimeType;
    }

    String mimeType() {
        return mimeType;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    static List<String> names() {
        return Arrays.stream(values()).map(AudioFormat::toString).toList();
    }

    static Optional<AudioFormat> of(String name) {
        return Arrays.stream(values()).filter(format -> format.toString().equals(name)).findFirst();
    }

    /** What a client calls a file of this type; the second half of the type if it is none of the formats. */
    static String nameOf(String mimeType) {
        return Arrays.stream(values()).filter(format -> format.mimeType.equals(mimeType)).map(AudioFormat::toString)
                .findFirst().orElse(mimeType.substring(mimeType.indexOf('/') + 1));
    }

    /** Bare samples with a header before them, so that the encoder can tell what they are. */
    static ByteString wavOfPcm(ByteString samples) {
        var header = ByteBuffer.allocate(WAV_HEADER).order(ByteOrder.LITTLE_ENDIAN);
        header.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(WAV_HEADER - 8 + samples.size());
        header.put("WAVEfmt ".getBytes(StandardCharsets.US_ASCII)).putInt(16);
        header.putShort((short) 1).putShort((short) 1).putInt(PCM_RATE).putInt(2 * PCM_RATE);
        header.putShort((short) 2).putShort((short) 16);
        header.put("data".getBytes(StandardCharsets.US_ASCII)).putInt(samples.size());
        return ByteString.copyFrom(header.flip()).concat(samples);
    }
}
