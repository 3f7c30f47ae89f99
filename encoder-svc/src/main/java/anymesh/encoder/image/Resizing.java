// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder.image;

import anymesh.encoder.image.format.Size;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One picture being resized and cropped while its rows come in, so that it is never held whole: a row is resized across and
 * added to the rows of the result that it has a part in. Sums are integers, so the result is Pillow's whatever the order. Only
 * what the crop keeps is worked out; what the crop has beyond the picture stays black, as the reference pads it.
 */
final class Resizing implements RowSink {
    private final Size crop;
    /** The first column and row of the resized picture that the crop keeps; negative where it is padded. */
    private final int left;
    private final int top;
    private final List<Kernel> across;
    private final List<Kernel> down;
    private final byte[] row;
    private final boolean sameWidth;
    private final boolean sameHeight;
    private final byte[] pixels;
    /** Sums of the rows of {@code down} that have begun, null before and after. */
    private final int[] @Nullable [] sums;
    private int firstOpen;
    private int y;

    /**
     * @param from the size of the picture that comes in
     * @param to   the size that it is given
     * @param crop what is kept of the middle of that
     */
    Resizing(Resampler filter, Size from, Size to, Size crop) {
        this.crop = crop;
        this.left = Math.floorDiv(to.width() - crop.width(), 2);
        this.top = Math.floorDiv(to.height() - crop.height(), 2);
        this.across = filter.kernels(from.width(), to.width(), Math.max(0, left),
                Math.min(to.width(), left + crop.width()));
        this.down = filter.kernels(from.height(), to.height(), Math.max(0, top),
                Math.min(to.height(), top + crop.height()));
        this.row = new byte[across.size() * 3];
        this.sameWidth = from.width() == to.width();
        this.sameHeight = from.height() == to.height();
        this.sums = new int[down.size()][];
        this.pixels = new byte[crop.width() * crop.height() * 3];
    }

    @Override
    public void row(byte[] rgb) {
        across(rgb);
        for (int i = firstOpen; i < sums.length && down.get(i).start() <= y; i++) {
            var kernel = down.get(i);
            if (sameHeight) {
                System.arraycopy(row, 0, pixels, place(i), row.length);
                continue;
            }
            if (y < kernel.end()) {
                add(i, kernel.weights()[y - kernel.start()]);
            }
            if (y == kernel.end() - 1) {
                finish(i);
            }
        }
        while (firstOpen < sums.length && down.get(firstOpen).end() <= y + 1) {
            firstOpen++;
        }
        y++;
    }

    /** The resized picture, when all rows are in. */
    RgbImage result() {
        if (firstOpen < sums.length) {
            throw new IllegalStateException("%d rows came (expected: more)".formatted(y));
        }
        return new RgbImage(crop, pixels);
    }

    private void across(byte[] rgb) {
        if (sameWidth) {
            System.arraycopy(rgb, Math.max(0, left) * 3, row, 0, row.length);
            return;
        }
        int at = 0;
        for (var kernel : across) {
            int red = Kernel.HALF;
            int green = Kernel.HALF;
            int blue = Kernel.HALF;
            int source = kernel.start() * 3;
            for (int weight : kernel.weights()) {
                red += (rgb[source] & 0xFF) * weight;
                green += (rgb[source + 1] & 0xFF) * weight;
                blue += (rgb[source + 2] & 0xFF) * weight;
                source += 3;
            }
            row[at++] = Kernel.rounded(red);
            row[at++] = Kernel.rounded(green);
            row[at++] = Kernel.rounded(blue);
        }
    }

    private void add(int index, int weight) {
        var sum = sums[index];
        if (sum == null) {
            sum = new int[row.length];
            Arrays.fill(sum, Kernel.HALF);
            sums[index] = sum;
        }
        for (int i = 0; i < sum.length; i++) {
            sum[i] += (row[i] & 0xFF) * weight;
        }
    }

    private void finish(int index) {
        var sum = Objects.requireNonNull(sums[index]);
        int at = place(index);
        for (int i = 0; i < sum.length; i++) {
            pixels[at + i] = Kernel.rounded(sum[i]);
        }
        sums[index] = null;
    }

    /** Where a row of the resized picture lies in the result. */
    private int place(int index) {
        return ((index + Math.max(0, -top)) * crop.width() + Math.max(0, -left)) * 3;
    }
}
