// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.constraint;

/**
 * A string of JSON with its quotes, in well-formed UTF-8 (RFC 3629, section 4). An escaped code unit is never half of a
 * surrogate pair: such characters are written as they are. A state is a phase and, from its fourth bit on, the code points
 * so far as far as they matter.
 */
final class StringLeaf implements Leaf {
    static final int UNLIMITED = 1 << 26;
    static final StringLeaf ANY = new StringLeaf(0, UNLIMITED);

    private static final int START = 0;
    private static final int BODY = 1;
    private static final int ESCAPE = 2;
    private static final int HEX_1 = 3;
    private static final int HEX_2 = 4;
    private static final int HEX_3 = 5;
    private static final int HEX_4 = 6;
    private static final int HEX_2_AFTER_D = 7;
    private static final int CLOSED = 8;
    private static final int LAST_1 = 9;
    private static final int LAST_2 = 10;
    private static final int LAST_3 = 11;
    private static final int AFTER_E0 = 12;
    private static final int AFTER_ED = 13;
    private static final int AFTER_F0 = 14;
    private static final int AFTER_F4 = 15;

    private final int min;
    private final int max;

    /** {@code min} to {@code max} code points; {@link #UNLIMITED} is more than any answer has. */
    StringLeaf(int min, int max) {
        this.min = min;
        this.max = Math.min(max, UNLIMITED);
    }

    /**
     * Whether the next bytes, so many, are taken exactly as in the body of {@link #ANY}: then {@link #inBody} is as good as
     * this state.
     */
    boolean isAsIfUnlimited(int state, int octets) {
        return (state & 15) == BODY && state >> 4 >= min && (max == UNLIMITED || max - (state >> 4) >= octets);
    }

    /** The same where it can't end with them either. */
    boolean isAsIfEndless(int state, int octets) {
        return (state & 15) == BODY && min - (state >> 4) > octets
                && (max == UNLIMITED || max - (state >> 4) >= octets);
    }

    /** The state of {@link #ANY} in its body. */
    static int inBody() {
        return BODY;
    }

    @Override
    public int step(int state, int octet) {
        int points = state & ~15;
        return switch (state & 15) {
            case START -> octet == '"' ? BODY : NOWHERE;
            case BODY -> octet == '"'
                    ? state >> 4 >= min ? CLOSED : NOWHERE
                    : state >> 4 < max ? begin(points, octet) : NOWHERE;
            case ESCAPE -> octet == 'u' ? points | HEX_1 : "\"\\/bfnrt".indexOf(octet) >= 0 ? another(points) : NOWHERE;
            case HEX_1 -> isHex(octet) ? points | (octet == 'd' || octet == 'D' ? HEX_2_AFTER_D : HEX_2) : NOWHERE;
            case HEX_2_AFTER_D -> octet >= '0' && octet <= '7' ? points | HEX_3 : NOWHERE;
            case HEX_2 -> isHex(octet) ? points | HEX_3 : NOWHERE;
            case HEX_3 -> isHex(octet) ? points | HEX_4 : NOWHERE;
            case HEX_4 -> isHex(octet) ? another(points) : NOWHERE;
            case CLOSED -> NOWHERE;
            case LAST_1 -> isBetween(octet, 0x80, 0xBF) ? another(points) : NOWHERE;
            case LAST_2 -> isBetween(octet, 0x80, 0xBF) ? points | LAST_1 : NOWHERE;
            case LAST_3 -> isBetween(octet, 0x80, 0xBF) ? points | LAST_2 : NOWHERE;
            case AFTER_E0 -> isBetween(octet, 0xA0, 0xBF) ? points | LAST_1 : NOWHERE;
            case AFTER_ED -> isBetween(octet, 0x80, 0x9F) ? points | LAST_1 : NOWHERE;
            case AFTER_F0 -> isBetween(octet, 0x90, 0xBF) ? points | LAST_2 : NOWHERE;
            case AFTER_F4 -> isBetween(octet, 0x80, 0x8F) ? points | LAST_2 : NOWHERE;
            default -> throw new IllegalArgumentException("state " + state);
        };
    }

    private int begin(int points, int octet) {
        if (octet < 0x80) {
            return octet == '\\' ? points | ESCAPE : octet < ' ' ? NOWHERE : another(points);
        }
        return switch (octet) {
            case 0xE0 -> points | AFTER_E0;
            case 0xED -> points | AFTER_ED;
            case 0xF0 -> points | AFTER_F0;
            case 0xF4 -> points | AFTER_F4;
            default -> isBetween(octet, 0xC2, 0xDF)
                    ? points | LAST_1
                    : isBetween(octet, 0xE1, 0xEF)
                            ? points | LAST_2
                            : isBetween(octet, 0xF1, 0xF3) ? points | LAST_3 : NOWHERE;
        };
    }

    /** One more code point; beyond what is counted for, all numbers are alike. */
    private int another(int points) {
        int known = points >> 4;
        return (max == UNLIMITED ? Math.min(known + 1, min) : known + 1) << 4 | BODY;
    }

    private static boolean isHex(int octet) {
        return isBetween(octet, '0', '9') || isBetween(octet, 'a', 'f') || isBetween(octet, 'A', 'F');
    }

    private static boolean isBetween(int octet, int from, int to) {
        return octet >= from && octet <= to;
    }

    @Override
    public boolean accepts(int state) {
        return (state & 15) == CLOSED;
    }

    @Override
    public boolean continues(int state) {
        return (state & 15) != CLOSED;
    }
}
