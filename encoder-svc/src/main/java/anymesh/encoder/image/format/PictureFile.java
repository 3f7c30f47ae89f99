// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder.image.format;

import anymesh.wire.error.InvalidInput;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/**
 * A picture's file, looked through but not decoded. A decoder is given {@link #parts} and nothing else, so that whatever it
 * may stumble over (profiles, comments, previews, further frames) is either known here or not there.
 *
 * @param stored     pixels as they lie in the file
 * @param seen       pixels of what is to be seen, not yet turned: more where an animation's first frame is smaller than its canvas
 * @param assembly   ffmpeg's filters that make what is seen of what is stored
 * @param alpha      whether pixels may be transparent
 * @param cost       what decoding takes
 * @param parts      slices of the file, and pieces made anew, which one after the other are a file that holds this picture alone
 * @param unprofiled the same without its colour profile, for a decoder that stumbles over it; empty if it has none
 */
public record PictureFile(PictureFormat format, Size stored, Size seen, List<String> assembly, Orientation orientation,
        boolean alpha, Cost cost, List<ByteBuffer> parts, List<ByteBuffer> unprofiled) {

    /**
     * What decoding takes.
     *
     * @param bitsPerPixel of a decoded picture in ffmpeg's memory, before it is made RGB
     * @param fixedBytes   what ffmpeg holds besides, at whatever scale it reads: the coefficients of a progressive JPEG
     * @param heapBytes    what ImageIO takes on the heap
     * @param work         in pixels gone over: their number, times that of the scans, and what a scan takes besides
     */
    public record Cost(int bitsPerPixel, long fixedBytes, long heapBytes, long work) {}

    /** So that a file made of crumbs does not become a million objects. */
    static final int MAX_PARTS = 4096;

    public PictureFile {
        assembly = List.copyOf(assembly);
        parts = List.copyOf(parts);
        unprofiled = List.copyOf(unprofiled);
    }

    /** A picture that is seen as it is stored. */
    static PictureFile plain(PictureFormat format, Size size, Orientation orientation, boolean alpha, Cost cost,
            List<ByteBuffer> parts) {
        return new PictureFile(format, size, size, List.of(), orientation, alpha, cost, parts, List.of());
    }

    /** The first frame of an animation, where it lies on its canvas, which is transparent around it. */
    static PictureFile frame(PictureFormat format, Size size, Size canvas, int left, int top, Orientation orientation,
            boolean alpha, Cost cost, List<ByteBuffer> parts) {
        if (left + size.width() > canvas.width() || top + size.height() > canvas.height()) {
            throw Bytes.damaged("its frame does not fit on its canvas of %dx%d".formatted(canvas.width(),
                    canvas.height()));
        }
        if (size.equals(canvas)) {
            return plain(format, size, orientation, alpha, cost, parts);
        }
        var pad = "pad=%d:%d:%d:%d:color=white@0".formatted(canvas.width(), canvas.height(), left, top);
        return new PictureFile(format, size, canvas, List.of("format=rgba", pad), orientation, true, cost, parts,
                List.of());
    }

    /** ffmpeg's filters that make what is to be seen, the right way up, of what is stored. */
    public List<String> filters() {
        return Stream.concat(assembly.stream(), orientation.filters().stream()).toList();
    }

    /** Pixels of the picture as it is to be seen. */
    public Size upright() {
        return orientation.upright(seen);
    }

    /** Looks through a file; {@link InvalidInput} if it is no picture that can be read, or not a whole one. */
    public static PictureFile of(ByteBuffer bytes) {
        var file = bytes.slice();
        if (startsWith(file, 0, "\u00FF\u00D8\u00FF")) {
            return JpegFile.read(file);
        }
        if (startsWith(file, 0, "\u0089PNG\r\n\u001A\n")) {
            return PngFile.read(file);
        }
        if (startsWith(file, 0, "RIFF") && startsWith(file, 8, "WEBP")) {
            return WebpFile.read(file);
        }
        if (startsWith(file, 0, "GIF87a") || startsWith(file, 0, "GIF89a")) {
            return GifFile.read(file);
        }
        if (startsWith(file, 0, "BM")) {
            return BmpFile.read(file);
        }
        if (startsWith(file, 0, "II*\0") || startsWith(file, 0, "MM\0*")) {
            return TiffFile.read(file);
        }
        if (startsWith(file, 4, "ftyp")) {
            return HeifFile.read(file);
        }
        throw new InvalidInput("not a picture that can be read (expected: %s)".formatted(PictureFormat.READABLE));
    }

    private static boolean startsWith(ByteBuffer file, int at, String prefix) {
        var bytes = prefix.getBytes(StandardCharsets.ISO_8859_1);
        return file.limit() >= at + bytes.length && file.slice(at, bytes.length).equals(ByteBuffer.wrap(bytes));
    }
}
