// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The files that a sound can be written as, by the names that OpenAI's {@code audio.format} has for them. */
public enum SoundFormat {
    /** Sixteen bits a sample, at the sound's own rate; written without ffmpeg. */
    WAV("audio/wav"),
    /** 128 kbit/s. */
    MP3("audio/mpeg", "-c:a", "libmp3lame", "-b:a", "128k", "-f", "mp3"),
    /** Lossless at sixteen bits. */
    FLAC("audio/flac", "-c:a", "flac", "-sample_fmt", "s16", "-f", "flac"),
    /** In an Ogg file, 96 kbit/s. */
    OPUS("audio/ogg", "-c:a", "libopus", "-b:a", "96k", "-f", "ogg"),
    /** With ADTS headers, 128 kbit/s. */
    AAC("audio/aac", "-c:a", "aac", "-b:a", "128k", "-f", "adts"),
    /** Bare little-endian samples of sixteen bits at 24 kHz, as OpenAI has {@code pcm16}. */
    PCM16("audio/pcm", "-ar", Integer.toString(WavFile.PCM16_RATE), "-f", "s16le");

    private final String mimeType;
    @SuppressWarnings("ImmutableEnumChecker") // List.of makes immutable ones.
    private final List<String> arguments;

    SoundFormat(String mimeType, String... arguments) {
        this.mimeType = mimeType;
        this.arguments = List.of(arguments);
    }

    public String mimeType() {
        return mimeType;
    }

    /** ffmpeg's output options. */
    List<String> arguments() {
        return arguments;
    }

    /** What ffmpeg must be told to read a file of this format; most say it themselves. */
    List<String> input() {
        return this == PCM16
                ? List.of("-f", "s16le", "-ar", Integer.toString(WavFile.PCM16_RATE), "-ac", "1")
                : List.of();
    }

    /** What clients call it: {@code wav}, {@code mp3}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<SoundFormat> of(String name) {
        return Arrays.stream(values()).filter(format -> format.toString().equals(name)).findFirst();
    }

    public static Optional<SoundFormat> ofMimeType(String mimeType) {
        return Arrays.stream(values()).filter(format -> format.mimeType.equals(mimeType)).findFirst();
    }

    /** The types of all formats, to tell a caller. */
    public static String mimeTypes() {
        return Arrays.stream(values()).map(SoundFormat::mimeType).collect(Collectors.joining(", "));
    }
}
