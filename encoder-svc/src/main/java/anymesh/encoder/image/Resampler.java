// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder.image;

import anymesh.encoder.image.format.Size;
import anymesh.kit.model.BundleException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Resizes as Pillow does ({@code Image.resize}, libImaging/Resample.c): a separable filter that widens when shrinking,
 * with 22-bit fixed-point weights and rounding to eight bits after each pass, so results are equal to Pillow's bit for
 * bit. Filters: lanczos (1), bilinear (2), bicubic (3, a = -0.5), box (4), by PIL's numbers.
 */
enum Resampler {
    LANCZOS(3) {
        @Override
        double weight(double x) {
            return x < 3 ? sinc(x) * sinc(x / 3) : 0;
        }
    },
    BILINEAR(1) {
        @Override
        double weight(double x) {
            return x < 1 ? 1 - x : 0;
        }
    },
    BICUBIC(2) {
        @Override
        double weight(double x) {
            if (x < 1) {
                return (1.5 * x - 2.5) * x * x + 1;
            }
            return x < 2 ? (((x - 5) * x + 8) * x - 4) * -0.5 : 0;
        }
    },
    BOX(0.5) {
        @Override
        double weight(double x) {
            return x < 0.5 ? 1 : 0;
        }
    };

    private final double support;

    Resampler(double support) {
        this.support = support;
    }

    /** The filter's value at a distance from its centre. */
    abstract double weight(double distance);

    /** The filter for PIL's number; {@link BundleException} for one that is not here. */
    static Resampler of(int pilNumber) {
        return switch (pilNumber) {
            case 1 -> LANCZOS;
            case 2 -> BILINEAR;
            case 3 -> BICUBIC;
            case 4 -> BOX;
            default -> throw new BundleException("resample: %d (expected: 1 lanczos, 2 bilinear, 3 bicubic or 4 box)"
                    .formatted(pilNumber));
        };
    }

    RgbImage resize(RgbImage image, Size to, Size crop) {
        var resizing = new Resizing(this, image.size(), to, crop);
        int stride = image.width() * 3;
        for (int y = 0; y < image.height(); y++) {
            resizing.row(Arrays.copyOfRange(image.pixels(), y * stride, (y + 1) * stride));
        }
        return resizing.result();
    }

    /** The kernels of the output samples from {@code first} to before {@code last}, of {@code to} in all. */
    List<Kernel> kernels(int from, int to, int first, int last) {
        double scale = (double) from / to;
        double widening = Math.max(scale, 1);
        double reach = from == to ? 0.5 : support * widening; // Of one that is not resized each sample is itself.
        var kernels = new ArrayList<Kernel>(last - first);
        for (int i = first; i < last; i++) {
            double centre = (i + 0.5) * scale;
            int start = Math.max((int) (centre - reach + 0.5), 0);
            int end = Math.min((int) (centre + reach + 0.5), from);
            kernels.add(new Kernel(start, fixed(weights(start, end, centre, widening))));
        }
        return kernels;
    }

    private double[] weights(int start, int end, double centre, double widening) {
        var weights = new double[end - start];
        double sum = 0;
        for (int x = 0; x < weights.length; x++) {
            weights[x] = weight(Math.abs((x + start - centre + 0.5) / widening));
            sum += weights[x];
        }
        for (int x = 0; x < weights.length; x++) {
            weights[x] /= sum;
        }
        return weights;
    }

    private static int[] fixed(double[] weights) {
        var fixed = new int[weights.length];
        for (int x = 0; x < fixed.length; x++) {
            double value = weights[x] * (1 << Kernel.PRECISION);
            fixed[x] = (int) (value < 0 ? value - 0.5 : value + 0.5);
        }
        return fixed;
    }

    private static double sinc(double x) {
        return x == 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
    }
}
