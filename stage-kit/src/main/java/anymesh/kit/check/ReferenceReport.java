// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.check;

import anymesh.kit.model.BundleException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far a bundle's models are from what their reference gave.
 *
 * @param library the reference, with its version
 * @param tolerance how far each may be
 */
public record ReferenceReport(String library, float tolerance, List<Compared> compared) {
    /** What fp16 and another order of sums may come to, and what a wrong mean, scale or weight is far beyond. */
    private static final float TOLERANCE = 0.02f;

    public ReferenceReport {
        compared = List.copyOf(compared);
    }

    /** @param tolerance null for the usual one */
    public ReferenceReport(String library, @Nullable Float tolerance, List<Compared> compared) {
        this(library, tolerance == null ? TOLERANCE : tolerance.floatValue(), compared);
    }

    /**
     * One output of one sample.
     *
     * @param what it is: {@code image: last_hidden_state}
     * @param off how far it is, as a part of the reference's length: |made − expected| / |expected|
     */
    public record Compared(String what, double off) {

        /** {@link BundleException} if there are not as many numbers. */
        public static Compared of(String what, float[] made, float[] expected) {
            if (made.length != expected.length) {
                throw new BundleException("%s: %s has %d numbers, and the models give %d".formatted(ReferenceFile.NAME,
                        what, expected.length, made.length));
            }
            double difference = 0;
            double length = 0;
            for (int i = 0; i < made.length; i++) {
                difference += Math.pow((double) made[i] - expected[i], 2);
                length += Math.pow(expected[i], 2);
            }
            return new Compared(what, difference == 0 ? 0 : Math.sqrt(difference / length));
        }
    }

    /** Whether all of them are near enough; what is not a number is not. */
    public boolean passes() {
        return compared.stream().allMatch(this::isNear);
    }

    /** {@link BundleException} that says what is off, unless it passes. */
    public void require(Path bundle) {
        compared.stream().filter(one -> !isNear(one)).findFirst().ifPresent(one -> {
            throw new BundleException(
                    "%s: %s is off by %.2g of what %s gave (expected: at most %s): what is done before the model, or the model, is not what its bundle says"
                            .formatted(bundle, one.what(), one.off(), library, tolerance));
        });
    }

    private boolean isNear(Compared one) {
        return one.off() <= tolerance;
    }
}
