// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media;

import java.util.Map;
import java.util.Set;

/**
 * A sound or a film within a file.
 *
 * @param says    ffprobe's fields of it
 * @param packets all that are there of it
 */
record MediaStream(Map<String, String> says, Packets packets) {
    /** In these each packet is one frame, if each says when it is shown. */
    private static final Set<String> A_FRAME_A_PACKET = Set.of("h264", "hevc", "vp9", "av1", "mpeg4", "mjpeg", "prores",
            "gif");
    private static final Set<String> HDR = Set.of("smpte2084", "arib-std-b67");

    boolean isSound() {
        return is("codec_type", "audio");
    }

    /** A film, and not the picture of a cover. */
    boolean isFilm() {
        return is("codec_type", "video") && !is("disposition.attached_pic", "1");
    }

    boolean isDefault() {
        return is("disposition.default", "1");
    }

    /** Its number in the file. */
    int index() {
        return Integer.parseInt(says("index"));
    }

    String codec() {
        return says("codec_name");
    }

    /** Of one frame. */
    long pixels() {
        return number("width") * number("height");
    }

    /** Whether what a frame is made of lies in one packet, of which each says when it is shown. */
    boolean hasAFrameAPacket() {
        return A_FRAME_A_PACKET.contains(codec());
    }

    /** Whether it is to be shown brighter than a plain screen can. */
    boolean isHdr() {
        return HDR.contains(transfer());
    }

    /** How its numbers stand for light, by ffmpeg's name. */
    String transfer() {
        return says("color_transfer");
    }

    /** Whether its pixels are to be shown as oblongs of a shape that is plausible. */
    boolean hasOblongPixels() {
        var sides = says("sample_aspect_ratio").split(":", 2);
        if (sides.length < 2) {
            return false;
        }
        double ratio = Double.parseDouble(sides[0]) / Double.parseDouble(sides[1]);
        return ratio != 1 && ratio >= 0.25 && ratio <= 4;
    }

    /** WebM keeps opacity in a second film beside the first, which only one decoder looks at. */
    boolean hasOpacityBeside() {
        return is("tags.alpha_mode", "1");
    }

    /** As its own header says; 0 if it doesn't. */
    double seconds() {
        return says("duration").isEmpty() || is("duration", "N/A") ? 0 : Double.parseDouble(says("duration"));
    }

    /** As long as the packets that are there. */
    double secondsThere() {
        var base = says("time_base").split("/", 2);
        return base.length < 2 ? 0 : packets.span() * Double.parseDouble(base[0]) / Double.parseDouble(base[1]);
    }

    private boolean is(String key, String value) {
        return says(key).equals(value);
    }

    private long number(String key) {
        var value = says(key);
        return value.isEmpty() || value.equals("N/A") ? 0 : Long.parseLong(value);
    }

    private String says(String key) {
        return says.getOrDefault(key, "");
    }
}
