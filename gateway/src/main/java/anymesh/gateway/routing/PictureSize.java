// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.routing;

import anymesh.wire.error.InvalidInput;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** How large a picture is, in pixels; {@code WIDTHxHEIGHT} as OpenAI and capabilities have it. */
public record PictureSize(int width, int height) {
    private static final Pattern PATTERN = Pattern.compile("([1-9]\\d{0,4})x([1-9]\\d{0,4})");
    private static final long MOST_SCALED = 1L << 22;

    /** Throws {@link InvalidInput} for what is none. */
    public static PictureSize of(String text) {
        return find(text).orElseThrow(() -> new InvalidInput(
                "Invalid 'size': '%s' is not supported; expected WIDTHxHEIGHT.".formatted(text), "size"));
    }

    /** The size that a text is; empty for what is none. */
    public static Optional<PictureSize> find(String text) {
        var sides = PATTERN.matcher(text);
        return sides.matches()
                ? Optional.of(new PictureSize(Integer.parseInt(sides.group(1)), Integer.parseInt(sides.group(2))))
                : Optional.empty();
    }

    public long area() {
        return (long) width * height;
    }

    /** Throws {@link InvalidInput} if no picture is scaled to this: it would take too much memory. */
    void requireScalable() {
        if (area() > MOST_SCALED) {
            throw new InvalidInput("Invalid 'size': '%s' is not supported; expected at most %d pixels, as 2048x2048."
                    .formatted(this, MOST_SCALED), "size");
        }
    }

    /** What to draw in for a picture of this size: this one, else the smallest that covers it, else the largest. */
    String among(List<String> sizes) {
        if (sizes.contains(toString())) {
            return toString();
        }
        var all = sizes.stream().map(PictureSize::of).sorted(Comparator.comparingLong(PictureSize::area)).toList();
        return all.stream().filter(one -> one.width >= width && one.height >= height).findFirst()
                .orElseGet(all::getLast).toString();
    }

    @Override
    public String toString() {
        return width + "x" + height;
    }
}
