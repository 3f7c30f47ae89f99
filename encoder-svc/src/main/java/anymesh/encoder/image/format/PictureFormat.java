// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder.image.format;

/** The kinds of picture files, as decoders tell them apart; with ffmpeg's demuxer and decoder for each. */
public enum PictureFormat {
    JPEG("JPEG", "jpeg_pipe", "mjpeg"), PNG("PNG", "png_pipe", "png"), WEBP("WebP", "webp_pipe", "webp"),
    /** Four inks stored as YCbCr and black, which ffmpeg takes for something else. */
    JPEG_YCCK("JPEG", "", ""),
    /** ffmpeg's alone from here: it notices an LZW stream that ends early. */
    GIF("", "gif", "gif"), BMP("", "bmp_pipe", "bmp"), TIFF("", "tiff_pipe", "tiff"), HEIC("", "hevc", "hevc"), AVIF("",
            "obu", "libaom-av1");

    /** For messages. */
    public static final String READABLE = "PNG, JPEG, WebP, GIF, HEIC, AVIF, BMP or TIFF";

    private final String demuxer;
    private final String decoder;
    private final String imageIo;

    PictureFormat(String imageIo, String demuxer, String decoder) {
        this.imageIo = imageIo;
        this.demuxer = demuxer;
        this.decoder = decoder;
    }

    public String demuxer() {
        return demuxer;
    }

    public String decoder() {
        return decoder;
    }

    /** Whether ffmpeg reads it at a half, a quarter or an eighth of its size in less time and memory. */
    public boolean scales() {
        return this == JPEG;
    }

    /** ImageIO's name of it; empty if it is not read in this process. */
    public String imageIo() {
        return imageIo;
    }

    /** Whether ffmpeg reads it right. */
    public boolean ffmpeg() {
        return !demuxer.isEmpty();
    }
}
