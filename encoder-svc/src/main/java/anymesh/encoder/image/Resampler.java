// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder.image;

import anymesh.kit.model.BundleException;

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

    private static final int PRECISION = 22;

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

    RgbImage resize(RgbImage image, Size to) {
        var across = image.width() == to.width() ? image : horizontally(image, to.width());
        return across.height() == to.height() ? across : vertically(across, to.height());
    }

    /** For each output sample: where its input begins, and the weights of what follows. */
    private record Kernel(int start, int[] weights) {}

    private RgbImage horizontally(RgbImage image, int width) {
        var kernels = kernels(image.width(), width);
        var from = image.pixels();
        var into = new byte[width * image.height() * 3];
        for (int y = 0, at = 0; y < image.height(); y++) {
            for (var kernel : kernels) {
                for (int channel = 0; channel < 3; channel++) {
                    int source = (y * image.width() + kernel.start()) * 3 + channel;
                    into[at++] = weighted(from, source, 3, kernel.weights());
                }
            }
        }
        return new RgbImage(new Size(width, image.height()), into);
    }

    private RgbImage vertically(RgbImage image, int height) {
        int stride = image.width() * 3;
        var from = image.pixels();
        var into = new byte[stride * height];
        int at = 0;
        for (var kernel : kernels(image.height(), height)) {
            for (int x = 0; x < stride; x++) {
                into[at++] = weighted(from, kernel.start() * stride + x, stride, kernel.weights());
            }
        }
        return new RgbImage(new Size(image.width(), height), into);
    }

    private static byte weighted(byte[] from, int at, int stride, int[] weights) {
        int sum = 1 << (PRECISION - 1);
        for (int weight : weights) {
            sum += (from[at] & 0xFF) * weight;
            at += stride;
        }
        return (byte) Math.clamp(sum >> PRECISION, 0, 255);
    }

    private Kernel[] kernels(int from, int to) {
        double scale = (double) from / to;
        double widening = Math.max(scale, 1);
        double reach = support * widening;
        var kernels = new Kernel[to];
        for (int i = 0; i < to; i++) {
            double centre = (i + 0.5) * scale;
            int start = Math.max((int) (centre - reach + 0.5), 0);
            int end = Math.min((int) (centre + reach + 0.5), from);
            var weights = new double[end - start];
            double sum = 0;
            for (int x = 0; x < weights.length; x++) {
                weights[x] = weight(Math.abs((x + start - centre + 0.5) / widening));
                sum += weights[x];
            }
            var fixed = new int[weights.length];
            for (int x = 0; x < weights.length; x++) {
                double value = weights[x] / sum * (1 << PRECISION);
                fixed[x] = (int) (value < 0 ? value - 0.5 : value + 0.5);
            }
            kernels[i] = new Kernel(start, fixed);
        }
        return kernels;
    }

    private static double sinc(double x) {
        return x == 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
    }
}
