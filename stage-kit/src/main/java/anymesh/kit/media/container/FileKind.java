// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media.container;

import anymesh.v1.Modality;
import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Whether a file is a picture, a sound or a film, by its first bytes and whatever it is called. Whether it can be read, its decoder says. */
public final class FileKind {
    /** As far as a first frame of sound is looked for, and a little more. */
    private static final int HEAD = 128 << 10;
    private static final Set<String> HEIF = Set.of("heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1",
            "avif",
            "avis");
    private static final Set<String> SOUND_BRANDS = Set.of("M4A ", "M4B ", "M4P ");
    private static final List<Container> SOUNDS = List.of(new IffFile(), new OggFile(), new CafFile(), new AsfFile());
    private static final List<Container> FILMS = List.of(new RiffFile(), new IsoFile(), new MatroskaFile(),
            new TransportStream());
    private static final int BRAND = 8;

    private FileKind() {}

    /** Empty for a file of any other kind. A GIF is a picture. */
    public static Optional<Modality> of(ByteString file) {
        var head = new Bytes(file.substring(0, Math.min(HEAD, file.size())).toByteArray());
        if (isPicture(head)) {
            return Optional.of(Modality.IMAGE);
        }
        if (WavHeader.isWav(head) || head.has(0, "fLaC") || SOUNDS.stream().anyMatch(kind -> kind.is(head))
                || hasBrand(head, SOUND_BRANDS)) {
            return Optional.of(Modality.AUDIO);
        }
        if (FILMS.stream().anyMatch(kind -> kind.is(head))) {
            return Optional.of(Modality.VIDEO);
        }
        return new FrameStream().is(head) ? Optional.of(Modality.AUDIO) : Optional.empty();
    }

    private static boolean isPicture(Bytes head) {
        return head.has(0, "\u00FF\u00D8\u00FF") || head.has(0, "\u0089PNG\r\n\u001A\n")
                || (head.has(0, "RIFF") && head.has(BRAND, "WEBP")) || head.has(0, "GIF87a") || head.has(0, "GIF89a")
                || (head.has(0, "BM") && head.has(6, "\0\0\0\0")) || head.has(0, "II*\0") || head.has(0, "MM\0*")
                || hasBrand(head, HEIF);
    }

    private static boolean hasBrand(Bytes head, Set<String> brands) {
        return head.has(4, "ftyp") && head.holds(BRAND, 4) && brands.contains(head.tag(BRAND, 4));
    }
}
