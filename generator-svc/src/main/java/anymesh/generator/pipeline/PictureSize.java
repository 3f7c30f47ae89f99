// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.pipeline;

import java.util.regex.Pattern;

/** Pixels, written {@code WIDTHxHEIGHT}. */
public record PictureSize(int width, int height) {

    private static final Pattern FORM = Pattern.compile("([1-9][0-9]{0,4})x([1-9][0-9]{0,4})");

    /** Throws {@link IllegalArgumentException} for anything but two numbers from 1 to 99999 around an x. */
    public static PictureSize parse(String text) {
        var match = FORM.matcher(text);
        if (!match.matches()) {
            throw new IllegalArgumentException("'%s' (expected: WIDTHxHEIGHT)".formatted(text));
        }
        return new PictureSize(Integer.parseInt(match.group(1)), Integer.parseInt(match.group(2)));
    }

    @Override
    public String toString() {
        return width + "x" + height;
    }
}
