// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.template;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Python's two ways to fill in a text: {@code "%s" % value} and {@code "{}".format(value)}. */
final class Formats {
    private static final Pattern PERCENT = Pattern.compile(
            "%(?:\\((?<name>[^)]*)\\))?(?<flags>[-+ 0#]*)(?<width>\\d{0,9})(?:\\.(?<precision>\\d{1,3}))?(?<type>.)",
            Pattern.DOTALL);
    private static final Pattern SPEC = Pattern.compile("(?:(?<fill>.)?(?<align>[<>^]))?(?<sign>[-+ ]?)(?<zero>0?)"
            + "(?<width>\\d{0,9})(?<comma>,?)(?:\\.(?<precision>\\d{1,3}))?(?<type>[sdfgxXeE%]?)", Pattern.DOTALL);
    private static final Pattern FIELD = Pattern.compile("(?<name>\\w*)(?:!(?<conversion>[rs]))?(?::(?<spec>[^{}]*))?");

    private Formats() {}

    static Text percent(Text format, Object values, Budget budget) {
        var items = values instanceof Tuple(var several) ? several : List.of(values);
        var to = new Text.Builder(budget);
        var matcher = PERCENT.matcher(format.value());
        int from = 0;
        int used = 0;
        while (matcher.find(from)) {
            to.append(format.substring(from, matcher.start()));
            from = matcher.end();
            if (group(matcher, "type").equals("%")) {
                to.append("%");
            } else if (matcher.group("name") != null) {
                var found = Attributes.item(values, Text.own(group(matcher, "name")), budget);
                to.append(percent(matcher, found, budget));
            } else if (used < items.size()) {
                to.append(percent(matcher, items.get(used++), budget));
            } else {
                throw new TemplateFault("not enough values for the format");
            }
        }
        if (used < items.size() && (used > 0 || !(values instanceof Map<?, ?>))) {
            throw new TemplateFault("not all values are in the format");
        }
        var rest = format.substring(from);
        if (rest.value().contains("%")) {
            throw new TemplateFault("incomplete format");
        }
        return to.append(rest).build();
    }

    private static Text percent(Matcher matcher, Object value, Budget budget) {
        var flags = group(matcher, "flags");
        int width = number(matcher, "width", 0);
        int precision = number(matcher, "precision", -1);
        var type = group(matcher, "type");
        var text = switch (type) {
            case "s", "r" ->
                cut(type.equals("s") ? Printer.print(value, budget) : Printer.repr(value, budget), precision);
            case "d", "i", "u" -> Text.own(signed(integer(value), flags));
            case "x", "X", "o" -> Text.own(radix(Numbers.integer(value), type));
            case "f", "F", "e", "E", "g", "G" -> Text.own(real(Numbers.real(value), type, precision, flags));
            default -> throw new TemplateFault("format '%%%s' is not supported".formatted(type));
        };
        boolean isZeroed = flags.contains("0") && !flags.contains("-") && !"sr".contains(type);
        return isZeroed
                ? zeroed(text, width, budget)
                : TextMethods.pad(text, width, " ", !flags.contains("-"), flags.contains("-"), budget);
    }

    private static String integer(Object value) {
        return String.valueOf(value instanceof Double real ? Numbers.truncate(real) : Numbers.integer(value));
    }

    private static Text zeroed(Text number, int width, Budget budget) {
        boolean isSigned = "+- ".indexOf(number.value().charAt(0)) >= 0;
        return isSigned
                ? number.substring(0, 1).plus(TextMethods.pad(number.substring(1), width - 1, "0", true, false, budget))
                : TextMethods.pad(number, width, "0", true, false, budget);
    }

    private static String signed(String number, String flags) {
        return number.startsWith("-")
                ? number
                : flags.contains("+")
                        ? "+" + number
                        : flags.contains(" ") ? " " + number : number;
    }

    private static String radix(long number, String type) {
        var digits = type.equals("o") ? Long.toString(number, 8) : Long.toString(number, 16);
        return type.equals("X") ? digits.toUpperCase(Locale.ROOT) : digits;
    }

    private static String real(double value, String type, int precision, String flags) {
        if (!type.equalsIgnoreCase("f")) {
            throw new TemplateFault("format '%s' of a float is not supported".formatted(type));
        }
        if (!Double.isFinite(value)) {
            return signed(Numbers.repr(value), flags);
        }
        var digits = new BigDecimal(value).setScale(precision < 0 ? 6 : precision, RoundingMode.HALF_EVEN)
                .toPlainString();
        boolean isNegativeZero = value < 0 && !digits.startsWith("-");
        return signed(isNegativeZero ? "-" + digits : digits, flags);
    }

    private static Text cut(Text text, int precision) {
        return precision < 0 || precision >= text.codePoints()
                ? text
                : text.substring(0, text.value().offsetByCodePoints(0, precision));
    }

    static Text braces(Text format, Call call) {
        var to = new Text.Builder(call.budget());
        int next = 0;
        int i = 0;
        while (i < format.length()) {
            char c = format.value().charAt(i);
            boolean isBrace = c == '{' || c == '}';
            if (isBrace && i + 1 < format.length() && format.value().charAt(i + 1) == c) {
                to.append(format.substring(i, i + 1));
                i += 2;
            } else if (c == '{') {
                int close = format.value().indexOf('}', i);
                var field = FIELD.matcher(close < 0 ? "." : format.value().substring(i + 1, close));
                if (!field.matches()) {
                    throw new TemplateFault("format field at %d is not supported".formatted(i));
                }
                to.append(field(field, next, call));
                next += group(field, "name").isEmpty() ? 1 : 0;
                i = close + 1;
            } else if (c == '}') {
                throw new TemplateFault("single '}' in a format");
            } else {
                to.append(format.substring(i, i + 1));
                i++;
            }
        }
        return to.build();
    }

    private static Text field(Matcher field, int next, Call call) {
        var name = group(field, "name");
        Object value;
        if (name.isEmpty() || name.chars().allMatch(Character::isDigit)) {
            int place = name.isEmpty() ? next : name.length() > 4 ? Integer.MAX_VALUE : Integer.parseInt(name);
            if (place >= call.positional().size()) {
                throw new TemplateFault("not enough values for the format");
            }
            value = call.positional().get(place);
        } else {
            value = call.get(Integer.MAX_VALUE, name);
        }
        if (field.group("conversion") != null) {
            value = group(field, "conversion").equals("r")
                    ? Printer.repr(value, call.budget())
                    : Printer.print(value, call.budget());
        }
        return spec(value, group(field, "spec"), call.budget());
    }

    private static Text spec(Object value, String spec, Budget budget) {
        var matcher = SPEC.matcher(spec);
        if (!matcher.matches()) {
            throw new TemplateFault("format '%s' is not supported".formatted(spec));
        }
        var type = group(matcher, "type");
        int precision = number(matcher, "precision", -1);
        boolean isNumber = Numbers.isNumber(value) && !(value instanceof Boolean && type.isEmpty());
        Text text;
        if (!isNumber || (type.isEmpty() && precision < 0)) {
            text = cut(Printer.print(value, budget), isNumber ? -1 : precision);
            if (isNumber) {
                text = Text.own(signed(text.value(), group(matcher, "sign")));
            }
        } else if (type.equals("f")) {
            text = Text.own(real(Numbers.real(value), type, precision, group(matcher, "sign")));
        } else if (type.equals("d") && Numbers.isInteger(value)) {
            text = Text.own(signed(integer(value), group(matcher, "sign")));
        } else if (type.equalsIgnoreCase("x")) {
            text = Text.own(signed(radix(Numbers.integer(value), type), group(matcher, "sign")));
        } else {
            throw new TemplateFault("format '%s' is not supported".formatted(spec));
        }
        if (!group(matcher, "comma").isEmpty()) {
            throw new TemplateFault("format '%s' is not supported".formatted(spec));
        }
        return aligned(text, matcher, isNumber, budget);
    }

    private static Text aligned(Text text, Matcher matcher, boolean isNumber, Budget budget) {
        int width = number(matcher, "width", 0);
        var align = group(matcher, "align");
        if (align.isEmpty() && !group(matcher, "zero").isEmpty() && isNumber) {
            return zeroed(text, width, budget);
        }
        var fill = group(matcher, "fill").isEmpty() ? " " : group(matcher, "fill");
        boolean isCentred = align.equals("^");
        boolean left = isCentred || align.equals(">") || (align.isEmpty() && isNumber);
        if (!isCentred) {
            return TextMethods.pad(text, width, fill, left, !left, budget);
        }
        long missing = Math.max(0, width - text.codePoints()); // here the odd one is always at the right
        return new Text.Builder(budget).repeat(fill, missing / 2).append(text).repeat(fill, missing - missing / 2)
                .build();
    }

    private static int number(Matcher matcher, String group, int otherwise) {
        var digits = group(matcher, group);
        return digits.isEmpty() ? otherwise : Integer.parseInt(digits);
    }

    private static String group(Matcher matcher, String name) {
        var group = matcher.group(name);
        return group == null ? "" : group;
    }
}
