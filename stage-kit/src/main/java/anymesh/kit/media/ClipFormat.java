// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The files that a clip can be written as; browsers play both. */
public enum ClipFormat {
    /** H.264 and AAC, fragmented, since a pipe can't be wound back to write the index; sides are made even as 4:2:0 needs. */
    MP4("video/mp4", "-c:v", "libopenh264", "-profile:v", "high", "-c:a", "aac", "-b:a", "96k", "-movflags",
            "+frag_keyframe+empty_moov+default_base_moof", "-f", "mp4"),
    /** VP9 and Opus. */
    WEBM("video/webm", "-c:v", "libvpx-vp9", "-deadline", "good", "-cpu-used", "4", "-c:a", "libopus", "-b:a", "96k",
            "-f",
            "webm");

    private final String mimeType;
    @SuppressWarnings("ImmutableEnumChecker") // List.of makes immutable ones.
    private final List<String> arguments;

    ClipFormat(String mimeType, String... arguments) {
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

    public static Optional<ClipFormat> ofMimeType(String mimeType) {
        return Arrays.stream(values()).filter(format -> format.mimeType.equals(mimeType)).findFirst();
    }

    /** The types of all formats, to tell a caller. */
    public static String mimeTypes() {
        return Arrays.stream(values()).map(ClipFormat::mimeType).collect(Collectors.joining(", "));
    }
}
