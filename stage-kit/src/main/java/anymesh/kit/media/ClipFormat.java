// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The files that a clip can be written as; browsers play both. */
public enum ClipFormat {
    /** H.264 and AAC, fragmented, since a pipe can't be wound back to write the index; sides are made even as 4:2:0 needs. */
    MP4("video/mp4", List.of("-c:v", "libopenh264", "-profile:v", "high"), List.of("-c:a", "aac", "-b:a", "96k"),
            List.of("-movflags", "+frag_keyframe+empty_moov+default_base_moof", "-f", "mp4")),
    /** VP9 and Opus. */
    WEBM("video/webm", List.of("-c:v", "libvpx-vp9", "-deadline", "good", "-cpu-used", "4"),
            List.of("-c:a", "libopus", "-b:a", "96k"), List.of("-f", "webm"));

    private final String mimeType;
    @SuppressWarnings("ImmutableEnumChecker") // List.of makes immutable ones.
    private final List<String> video;
    @SuppressWarnings("ImmutableEnumChecker")
    private final List<String> audio;
    @SuppressWarnings("ImmutableEnumChecker")
    private final List<String> container;

    ClipFormat(String mimeType, List<String> video, List<String> audio, List<String> container) {
        this.mimeType = mimeType;
        this.video = video;
        this.audio = audio;
        this.container = container;
    }

    public String mimeType() {
        return mimeType;
    }

    /** ffmpeg's output options. */
    List<String> arguments() {
        return Stream.of(video, audio, container).flatMap(List::stream).toList();
    }

    /** The same where the frames come from a file of this format, and stay as they are. */
    List<String> remuxing() {
        return Stream.of(List.of("-c:v", "copy"), audio, container).flatMap(List::stream).toList();
    }

    /** What clients call it: {@code mp4}, {@code webm}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<ClipFormat> ofMimeType(String mimeType) {
        return Arrays.stream(values()).filter(format -> format.mimeType.equals(mimeType)).findFirst();
    }

    /** The types of all formats, to tell a caller. */
    public static String mimeTypes() {
        return Arrays.stream(values()).map(ClipFormat::mimeType).collect(Collectors.joining(", "));
    }
}
