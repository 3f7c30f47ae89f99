// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.template;

import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;

/** C's {@code strftime} in the C locale, as far as dates and times of a prompt go. */
final class Strftime {
    private static final Map<Character, String> PATTERNS = Map.ofEntries(Map.entry('Y', "uuuu"), Map.entry('y', "uu"),
            Map.entry('m', "MM"), Map.entry('d', "dd"), Map.entry('H', "HH"), Map.entry('I', "hh"),
            Map.entry('M', "mm"), Map.entry('S', "ss"), Map.entry('f', "SSSSSS"), Map.entry('p', "a"),
            Map.entry('j', "DDD"), Map.entry('a', "EEE"), Map.entry('A', "EEEE"), Map.entry('b', "MMM"),
            Map.entry('h', "MMM"), Map.entry('B', "MMMM"), Map.entry('e', "ppd"), Map.entry('F', "uuuu-MM-dd"),
            Map.entry('T', "HH:mm:ss"), Map.entry('R', "HH:mm"), Map.entry('D', "MM/dd/uu"),
            Map.entry('x', "MM/dd/uu"), Map.entry('X', "HH:mm:ss"), Map.entry('c', "EEE MMM ppd HH:mm:ss uuuu"));

    private Strftime() {}

    static String format(String format, LocalDateTime time) {
        var told = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c != '%' || i + 1 == format.length()) {
                told.append(c);
                continue;
            }
            char letter = format.charAt(++i);
            boolean isShort = letter == '-' && i + 1 < format.length(); // glibc's: without the zeros before
            if (isShort) {
                letter = format.charAt(++i);
            }
            told.append(field(letter, isShort, time));
        }
        return told.toString();
    }

    private static String field(char letter, boolean isShort, LocalDateTime time) {
        return switch (letter) {
            case '%' -> "%";
            case 'n' -> "\n";
            case 't' -> "\t";
            case 'z', 'Z' -> ""; // a time that knows no zone
            default -> {
                var pattern = PATTERNS.get(letter);
                if (pattern == null) {
                    throw new TemplateFault("strftime_now: %%%s is not supported".formatted(letter));
                }
                var told = DateTimeFormatter.ofPattern(pattern, Locale.US).format(time);
                yield isShort ? told.replaceFirst("^[0 ]+(?=\\d)", "") : told;
            }
        };
    }
}
