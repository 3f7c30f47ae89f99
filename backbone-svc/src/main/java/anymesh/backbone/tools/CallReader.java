// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.tools;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads calls out of what a grammar of theirs let through, byte by byte; so it looks for nothing that must be there. */
public final class CallReader {
    private enum Place {
        LEAD, NAME, MIDDLE, ARGUMENTS, AFTER
    }

    /** A name, which begins a call, or more of the arguments of the one before; the other is empty. */
    public record Delta(String name, String arguments) {}

    private final byte[] lead;
    private final byte[] middle;
    private final byte[] between;
    private final ByteArrayOutputStream name = new ByteArrayOutputStream();
    private final ByteArrayOutputStream arguments = new ByteArrayOutputStream();
    private Place place = Place.LEAD;
    private int at;
    private int depth;
    private boolean isString;
    private boolean isEscaped;
    private boolean isBetween;

    /** @param lead what stands before the first name */
    CallReader(CallTokens tokens, byte[] lead) {
        this.lead = lead;
        this.middle = tokens.middle();
        this.between = tokens.hasSeveral() ? tokens.between() : new byte[0];
        go(lead.length == 0 ? Place.NAME : Place.LEAD);
    }

    /** Takes more bytes and says what they tell. */
    public List<Delta> accept(byte[] bytes) {
        var deltas = new ArrayList<Delta>();
        for (byte octet : bytes) {
            step(octet, deltas);
        }
        tellArguments(deltas);
        return deltas;
    }

    private void step(byte octet, List<Delta> deltas) {
        switch (place) {
            case LEAD -> passed(lead.length, Place.NAME);
            case NAME -> {
                if (isOfNames(octet)) {
                    name.write(octet);
                } else {
                    deltas.add(new Delta(name.toString(StandardCharsets.UTF_8), ""));
                    name.reset();
                    go(Place.MIDDLE);
                    passed(middle.length, Place.ARGUMENTS);
                }
            }
            case MIDDLE -> passed(middle.length, Place.ARGUMENTS);
            case ARGUMENTS -> {
                arguments.write(octet);
                scan(octet);
                if (depth == 0) {
                    tellArguments(deltas);
                    go(Place.AFTER);
                    isBetween = true;
                }
            }
            case AFTER -> {
                isBetween &= at < between.length && between[at] == octet;
                if (isBetween) {
                    passed(between.length, Place.NAME);
                }
            }
        }
    }

    private void passed(int length, Place next) {
        if (++at == length) {
            go(next);
        }
    }

    private void go(Place next) {
        place = next;
        at = 0;
    }

    /** How deep in JSON's brackets it is. */
    private void scan(byte octet) {
        if (isString) {
            if (isEscaped || octet == '\\') {
                isEscaped = !isEscaped;
            } else if (octet == '"') {
                isString = false;
            }
        } else {
            switch (octet) {
                case '"' -> isString = true;
                case '{', '[' -> depth++;
                case '}', ']' -> depth--;
                default -> {
                    // A part of a literal, or between two.
                }
            }
        }
    }

    /** As far as they are whole characters. */
    private void tellArguments(List<Delta> deltas) {
        var bytes = arguments.toByteArray();
        int end = bytes.length;
        int first = end - 1;
        while (first >= 0 && (bytes[first] & 0xC0) == 0x80) {
            first--;
        }
        if (first >= 0 && end - first < length(bytes[first])) {
            end = first;
        }
        if (end > 0) {
            deltas.add(new Delta("", new String(bytes, 0, end, StandardCharsets.UTF_8)));
            arguments.reset();
            arguments.write(bytes, end, bytes.length - end);
        }
    }

    /** Of a character in UTF-8 that begins with this byte. */
    private static int length(byte first) {
        return first >= 0 ? 1 : Math.max(1, Integer.numberOfLeadingZeros(~first << 24));
    }

    static boolean isOfNames(int octet) {
        return octet == '_' || octet == '-' || (octet > 0 && Character.isLetterOrDigit(octet));
    }
}
