// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.kit.media.SoundFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What clients call the kind of a sound in {@code input_audio.format}: OpenAI's names, endings of files, and what is left
 * of MIME types without their first half. They decide nothing but that bare samples are meant, which cannot tell it
 * themselves: all other kinds are told by their bytes.
 */
final class SoundNames {
    private static final Set<String> FILES = Set.of(
            "wav", "x-wav", "wave", "x-pn-wav", "vnd.wave", "wave64", "w64",
            "mp3", "mpeg", "mpga", "mpeg3", "x-mp3", "x-mpeg", "x-mpeg-3", "mpa", "mp2",
            "flac", "x-flac",
            "ogg", "oga", "x-ogg", "opus", "x-opus", "x-opus+ogg", "vorbis", "x-vorbis", "x-vorbis+ogg",
            "aac", "x-aac", "aacp", "adts", "x-hx-aac-adts",
            "m4a", "x-m4a", "m4b", "mp4", "x-mp4", "mp4a-latm", "mpeg4", "mpeg4-generic", "3gp", "3gpp", "3gpp2",
            "quicktime",
            "mov",
            "webm", "weba", "matroska", "x-matroska", "mka", "mkv",
            "aif", "aiff", "aifc", "x-aiff", "caf", "x-caf", "au", "basic", "amr", "wma", "x-ms-wma");
    private static final Set<String> SAMPLES = Set.of("pcm16", "pcm", "s16le", "pcm_s16le");

    private SoundNames() {}

    /** {@link SoundFormat#PCM16} for bare samples, WAV for a file of whatever kind; empty for a name that is none. */
    static Optional<SoundFormat> read(String name) {
        String plain = name.toLowerCase(Locale.ROOT).strip().replaceFirst("^(audio|video)/", "")
                .replaceFirst("^\\.", "").replaceFirst("\\s*;.*", "");
        if (SAMPLES.contains(plain)) {
            return Optional.of(SoundFormat.PCM16);
        }
        return FILES.contains(plain) ? Optional.of(SoundFormat.WAV) : Optional.empty();
    }
}
