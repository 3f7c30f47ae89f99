// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.decode;

import static anymesh.backbone.decode.GraphChecks.FREE;

import anymesh.kit.model.BundleException;
import anymesh.kit.model.ElementType;
import anymesh.kit.model.Tensor;
import anymesh.kit.model.TensorInfo;
import java.util.Set;

/**
 * How a decoder takes the position of each token: as one number, or, rotated by several (M-RoPE of Qwen2-VL, arXiv 2409.12191: time,
 * height and width), as the same number for each of them, which is what text has.
 */
final class PositionInput {
    private final int axes;
    private final Workspace repeated = new Workspace();

    private PositionInput(int axes) {
        this.axes = axes;
    }

    /**
     * {@link BundleException} for an input that can't be fed, or where media would need numbers that differ.
     *
     * @param accepts the spaces of the media that stand among the tokens
     */
    static PositionInput of(TensorInfo input, Set<String> accepts, String why) {
        if (input.rank() != 3 || input.shape().getFirst() < 1) {
            GraphChecks.require(input, why, ElementType.INT64, FREE, FREE);
            return new PositionInput(0);
        }
        int axes = Math.toIntExact(input.shape().getFirst());
        GraphChecks.require(input, why, ElementType.INT64, axes, FREE, FREE);
        if (!accepts.isEmpty()) {
            throw new BundleException(
                    "accepts: %s (expected: none, as the decoder's '%s' is %s: in a medium they differ, and only text's are known here)"
                            .formatted(accepts, input.name(), input.shape()));
        }
        return new PositionInput(axes);
    }

    /** What is fed for positions {@code [B,S]}: they themselves, or {@code [axes,B,S]}, which the next call takes the memory of. */
    Tensor feed(Tensor positions) {
        if (axes == 0) {
            return positions;
        }
        var all = repeated.tensor(ElementType.INT64, axes, positions.size(0), positions.size(1));
        for (int axis = 0; axis < axes; axis++) {
            all.longs().put(axis * (int) positions.elements(), positions.longs(), 0, (int) positions.elements());
        }
        return all;
    }
}
