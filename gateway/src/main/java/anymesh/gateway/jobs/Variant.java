// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.jobs;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What can be downloaded of a finished job. */
public enum Variant {
    VIDEO, THUMBNAIL, SPRITESHEET;

    /** What clients call it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Variant> of(String text) {
        return Arrays.stream(values()).filter(variant -> variant.toString().equals(text)).findFirst();
    }
}
