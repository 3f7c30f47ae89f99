// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The files that a picture can be written as, by the names that OpenAI's {@code output_format} has for them. */
public enum PictureFormat {
    /** Lossless, RGB with eight bits; written without ffmpeg. */
    PNG("image/png"),
    /** Written without ffmpeg. */
    JPEG("image/jpeg"), WEBP("image/webp");

    /** Of those that have one: from 0 to 100. */
    public static final int QUALITY = 90;

    private final String mimeType;

    PictureFormat(String mimeType) {
        this.mimeType = mimeType;
    }

    public String mimeType() {
        return mimeType;
    }

    /** What clients call it: {@code png}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<PictureFormat> ofMimeType(String mimeType) {
        return Arrays.stream(values()).filter(format -> format.mimeType.equals(mimeType)).findFirst();
    }

    /** The types of all formats, to tell a caller. */
    public static String mimeTypes() {
        return Arrays.stream(values()).map(PictureFormat::mimeType).collect(Collectors.joining(", "));
    }
}
