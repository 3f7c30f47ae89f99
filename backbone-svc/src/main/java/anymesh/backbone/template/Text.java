// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.template;

import java.util.Arrays;

/**
 * A string that knows which of its characters a caller wrote. Equality is that of the characters; whatever a template does to a string,
 * each character keeps whose it is.
 */
public final class Text {
    private static final int[] NONE = {};
    static final Text EMPTY = own("");

    private final String value;
    /** Where the caller's characters begin and end, by turns, ascending. */
    private final int[] bounds;
    private final boolean isMarkup;

    private Text(String value, int[] bounds, boolean isMarkup) {
        this.value = value;
        this.bounds = bounds;
        this.isMarkup = isMarkup;
    }

    /** Text of the template's or the bundle's. */
    public static Text own(String value) {
        return new Text(value, NONE, false);
    }

    /** Text of a caller's. */
    public static Text foreign(String value) {
        return value.isEmpty() ? own(value) : new Text(value, new int[]{0, value.length()}, false);
    }

    /** Both, one after the other. */
    public Text plus(Text other) {
        if (value.isEmpty() || other.value.isEmpty()) {
            return value.isEmpty() ? other : this;
        }
        var joined = Arrays.copyOf(bounds, bounds.length + other.bounds.length);
        for (int i = 0; i < other.bounds.length; i++) {
            joined[bounds.length + i] = other.bounds[i] + value.length();
        }
        return new Text(value + other.value, joined, isMarkup && other.isMarkup);
    }

    public String value() {
        return value;
    }

    /** In UTF-16 units, as all indices here are. */
    public int length() {
        return value.length();
    }

    boolean isEmpty() {
        return value.isEmpty();
    }

    /** Whether the caller wrote any of these characters. */
    public boolean isForeign(int from, int to) {
        return from < to && (isForeignAt(from) || runEnd(from) < to);
    }

    /** Where the run of characters that are all the caller's, or all not, ends that this one belongs to. */
    public int runEnd(int from) {
        int i = boundsUntil(from);
        return i < bounds.length ? Math.min(bounds[i], value.length()) : value.length();
    }

    public boolean isForeignAt(int index) {
        return boundsUntil(index) % 2 == 1;
    }

    /** How many bounds are at or before the index. */
    private int boundsUntil(int index) {
        int low = 0;
        int high = bounds.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (bounds[middle] <= index) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    public Text substring(int from, int to) {
        if (from == 0 && to == value.length()) {
            return this;
        }
        if (from >= to) {
            return EMPTY.asMarkup(isMarkup);
        }
        if (bounds.length == 0) {
            return new Text(value.substring(from, to), NONE, isMarkup);
        }
        int first = boundsUntil(from);
        int last = Math.max(first, boundsUntil(to - 1));
        boolean opens = first % 2 == 1;
        boolean closes = last % 2 == 1;
        var cut = new int[(opens ? 1 : 0) + last - first + (closes ? 1 : 0)];
        int at = opens ? 1 : 0; // a run that began before begins at 0
        for (int i = first; i < last; i++) {
            cut[at++] = bounds[i] - from;
        }
        if (closes) {
            cut[at] = to - from;
        }
        return new Text(value.substring(from, to), cut, isMarkup);
    }

    Text substring(int from) {
        return substring(from, value.length());
    }

    /** Whether Jinja would leave its angle brackets alone when other text is added to it. */
    boolean isMarkup() {
        return isMarkup;
    }

    Text asMarkup(boolean markup) {
        return markup == isMarkup ? this : new Text(value, bounds, markup);
    }

    int codePoints() {
        return value.codePointCount(0, value.length());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Text text && text.value.equals(value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    @Override
    public String toString() {
        return value;
    }

    /** Puts texts together, as long as the budget of the rendering lasts. */
    static final class Builder {
        private final StringBuilder value = new StringBuilder();
        private final Budget budget;
        private int[] bounds = NONE;
        private int count;

        Builder(Budget budget) {
            this.budget = budget;
        }

        Builder append(Text text) {
            int from = value.length();
            append(text.value);
            for (int i = 0; i < text.bounds.length; i += 2) {
                mark(from + text.bounds[i], from + text.bounds[i + 1]);
            }
            return this;
        }

        Builder append(String text) {
            budget.characters(text.length());
            value.append(text);
            return this;
        }

        /** Characters that are somebody's. */
        Builder append(String text, boolean isForeign) {
            int from = value.length();
            append(text);
            if (isForeign && !text.isEmpty()) {
                mark(from, value.length());
            }
            return this;
        }

        Builder repeat(String text, long times) {
            budget.characters(Math.multiplyExact(text.length(), Math.max(0, times)));
            value.repeat(text, (int) Math.max(0, times));
            return this;
        }

        int length() {
            return value.length();
        }

        private void mark(int from, int to) {
            if (count > 0 && bounds[count - 1] == from) {
                bounds[count - 1] = to;
                return;
            }
            if (count + 2 > bounds.length) {
                bounds = Arrays.copyOf(bounds, Math.max(8, 2 * bounds.length));
            }
            bounds[count++] = from;
            bounds[count++] = to;
        }

        Text build() {
            return new Text(value.toString(), Arrays.copyOf(bounds, count), false);
        }
    }
}
