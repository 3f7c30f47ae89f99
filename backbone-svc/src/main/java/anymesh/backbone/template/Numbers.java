// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.template;

import anymesh.backbone.template.Token.Kind;
import java.math.BigDecimal;
import java.math.RoundingMode;

/** Python's integers, as far as 64 bits go, and floats. */
final class Numbers {
    private Numbers() {}

    static Object literal(Token token) {
        var digits = token.text().replace("_", "");
        if (token.kind() == Kind.FLOAT) {
            return Double.valueOf(digits);
        }
        int radix = digits.length() < 2 ? 10 : switch (digits.charAt(1)) {
            case 'x', 'X' -> 16;
            case 'o', 'O' -> 8;
            case 'b', 'B' -> 2;
            default -> 10;
        };
        try {
            return Long.parseLong(radix == 10 ? digits : digits.substring(2), radix);
        } catch (NumberFormatException e) {
            throw new TemplateFault("number %s is too large".formatted(digits), token.line());
        }
    }

    static boolean isNumber(Object value) {
        return value instanceof Long || value instanceof Double || value instanceof Boolean;
    }

    /** Whether it is an integer; {@code True} counts as 1. */
    static boolean isInteger(Object value) {
        return value instanceof Long || value instanceof Boolean;
    }

    static long integer(Object value) {
        return switch (value) {
            case Long number -> number;
            case Boolean bool -> bool ? 1 : 0;
            case Undefined undefined -> throw undefined.fault();
            default -> throw new TemplateFault("%s is no integer".formatted(Values.type(value)));
        };
    }

    static double real(Object value) {
        return value instanceof Double number ? number : (double) integer(value);
    }

    static Object arithmetic(String operator, Object left, Object right) {
        try {
            return isInteger(left) && isInteger(right)
                    ? integers(operator, integer(left), integer(right))
                    : reals(operator, real(left), real(right));
        } catch (ArithmeticException e) {
            throw new TemplateFault("%s %s %s: %s".formatted(repr(left), operator, repr(right), e.getMessage()));
        }
    }

    private static Object integers(String operator, long left, long right) {
        return switch (operator) {
            case "+" -> Math.addExact(left, right);
            case "-" -> Math.subtractExact(left, right);
            case "*" -> Math.multiplyExact(left, right);
            case "//" -> Math.floorDiv(left, right);
            case "%" -> Math.floorMod(left, right);
            case "**" -> right < 0
                    ? (Object) Math.pow((double) left, (double) right)
                    : Math.powExact(left, Math.toIntExact(right));
            default -> reals(operator, (double) left, (double) right);
        };
    }

    private static Object reals(String operator, double left, double right) {
        boolean divides = operator.equals("/") || operator.equals("//") || operator.equals("%");
        if (divides && right == 0) {
            throw new ArithmeticException("division by zero");
        }
        return switch (operator) {
            case "+" -> left + right;
            case "-" -> left - right;
            case "*" -> left * right;
            case "/" -> left / right;
            case "//" -> Math.floor(left / right);
            case "%" -> left - right * Math.floor(left / right);
            case "**" -> Math.pow(left, right);
            default -> throw new IllegalArgumentException(operator);
        };
    }

    static int compare(Object left, Object right) {
        return isInteger(left) && isInteger(right)
                ? Long.compare(integer(left), integer(right))
                : Double.compare(real(left) + 0.0, real(right) + 0.0); // no negative zero
    }

    /** As Python prints it: the fewest digits that tell it from all others, with an exponent from 1e16 and below 1e-4. */
    static String repr(Object number) {
        if (!(number instanceof Double real)) {
            return number instanceof Boolean bool ? bool ? "True" : "False" : String.valueOf(number);
        }
        if (real.isNaN() || real.isInfinite()) {
            return real.isNaN() ? "nan" : real > 0 ? "inf" : "-inf";
        }
        if (real == 0) {
            return 1 / real < 0 ? "-0.0" : "0.0";
        }
        var decimal = new BigDecimal(Double.toString(real)).stripTrailingZeros();
        int exponent = decimal.precision() - decimal.scale() - 1;
        if (exponent >= -4 && exponent < 16) {
            var plain = decimal.toPlainString();
            return plain.contains(".") ? plain : plain + ".0";
        }
        var digits = decimal.unscaledValue().abs().toString();
        return (real < 0 ? "-" : "") + digits.charAt(0) + (digits.length() > 1 ? "." + digits.substring(1) : "")
                + "e" + (exponent < 0 ? "-" : "+") + (Math.abs(exponent) < 10 ? "0" : "") + Math.abs(exponent);
    }

    /** Python's {@code round}: to the even neighbour where both are as near. */
    static double round(double value, int digits) {
        return Double.isFinite(value)
                ? new BigDecimal(value).setScale(digits, RoundingMode.HALF_EVEN).doubleValue()
                : value;
    }

    /** A float as an integer, cut at its point. */
    static long truncate(double value) {
        if (!(Math.abs(value) < 0x1p63)) {
            throw new TemplateFault("%s is no integer of 64 bits".formatted(repr(value)));
        }
        return (long) value;
    }
}
