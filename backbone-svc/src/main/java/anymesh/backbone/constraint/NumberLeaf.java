// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.constraint;

/**
 * A number of JSON with up to 15 digits before and after the point, which readers with doubles keep, and up to two in its
 * exponent. A state is a phase and, from its fourth bit on, the digits of it.
 */
final class NumberLeaf implements Leaf {
    static final NumberLeaf NUMBER = new NumberLeaf(false);
    static final NumberLeaf INTEGER = new NumberLeaf(true);

    private static final int START = 0;
    private static final int MINUS = 1;
    private static final int ZERO = 2;
    private static final int WHOLE = 3;
    private static final int POINT = 4;
    private static final int FRACTION = 5;
    private static final int E = 6;
    private static final int SIGN = 7;
    private static final int EXPONENT = 8;
    private static final int MOST = 15;
    private static final int MOST_OF_EXPONENT = 2;

    private final boolean isInteger;

    private NumberLeaf(boolean isInteger) {
        this.isInteger = isInteger;
    }

    @Override
    public int step(int state, int octet) {
        int phase = state & 15;
        int digits = state >> 4;
        boolean isDigit = octet >= '0' && octet <= '9';
        return switch (phase) {
            case START -> octet == '-' ? MINUS : isDigit ? first(octet) : NOWHERE;
            // An integer has no negative zero: to some readers it is none.
            case MINUS -> isDigit && !(isInteger && octet == '0') ? first(octet) : NOWHERE;
            case ZERO -> afterWhole(octet);
            case WHOLE -> isDigit ? more(WHOLE, digits, MOST) : afterWhole(octet);
            case POINT -> isDigit ? more(FRACTION, 0, MOST) : NOWHERE;
            case FRACTION -> isDigit ? more(FRACTION, digits, MOST) : exponent(octet);
            case E -> octet == '+' || octet == '-' ? SIGN : isDigit ? more(EXPONENT, 0, MOST_OF_EXPONENT) : NOWHERE;
            case SIGN, EXPONENT -> isDigit ? more(EXPONENT, digits, MOST_OF_EXPONENT) : NOWHERE;
            default -> throw new IllegalArgumentException("phase " + phase);
        };
    }

    private static int first(int octet) {
        return octet == '0' ? ZERO : more(WHOLE, 0, MOST);
    }

    private static int more(int phase, int digits, int most) {
        return digits < most ? phase | ((digits + 1) << 4) : NOWHERE;
    }

    private int afterWhole(int octet) {
        if (isInteger) {
            return NOWHERE;
        }
        return octet == '.' ? POINT : exponent(octet);
    }

    private static int exponent(int octet) {
        return octet == 'e' || octet == 'E' ? E : NOWHERE;
    }

    @Override
    public boolean accepts(int state) {
        return switch (state & 15) {
            case ZERO, WHOLE, FRACTION, EXPONENT -> true;
            default -> false;
        };
    }

    @Override
    public boolean continues(int state) {
        return switch (state & 15) {
            case ZERO -> !isInteger;
            case WHOLE -> !isInteger || state >> 4 < MOST;
            case EXPONENT -> state >> 4 < MOST_OF_EXPONENT;
            default -> true;
        };
    }
}
