// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder.image.format;

import java.util.List;

/** How stored pixels are to be turned before they are looked at: EXIF's tag 0x0112, whose values are 1 to 8 in this order. */
public enum Orientation {
    UPRIGHT(false, false, false), MIRRORED(false, true, false), HALF_TURN(false, true, true), FLIPPED(false, false,
            true), TRANSPOSED(true, false, false), TURN_RIGHT(true, false,
                    true), TRANSVERSED(true, true, true), TURN_LEFT(true, true, false);

    private static final List<Orientation> ALL = List.of(values());

    private final boolean transposes;
    private final boolean fromRight;
    private final boolean fromBottom;

    Orientation(boolean transposes, boolean fromRight, boolean fromBottom) {
        this.transposes = transposes;
        this.fromRight = fromRight;
        this.fromBottom = fromBottom;
    }

    /** The tag's value; one that EXIF does not know counts as none. */
    static Orientation of(int tag) {
        return tag >= 1 && tag <= ALL.size() ? ALL.get(tag - 1) : UPRIGHT;
    }

    /** Whether upright rows are stored columns. */
    public boolean transposes() {
        return transposes;
    }

    /** Whether what is upright goes from the stored right to the left. */
    public boolean fromRight() {
        return fromRight;
    }

    /** Whether what is upright goes from the stored bottom to the top. */
    public boolean fromBottom() {
        return fromBottom;
    }

    public Size upright(Size stored) {
        return transposes ? stored.transposed() : stored;
    }

    /** ffmpeg's filters that do it. */
    public List<String> filters() {
        return switch (this) {
            case UPRIGHT -> List.of();
            case MIRRORED -> List.of("hflip");
            case HALF_TURN -> List.of("hflip", "vflip");
            case FLIPPED -> List.of("vflip");
            case TRANSPOSED -> List.of("transpose=cclock_flip");
            case TURN_RIGHT -> List.of("transpose=clock");
            case TRANSVERSED -> List.of("transpose=clock_flip");
            case TURN_LEFT -> List.of("transpose=cclock");
        };
    }
}
