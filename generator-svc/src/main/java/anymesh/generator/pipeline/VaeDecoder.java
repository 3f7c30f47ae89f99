// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.pipeline;

import anymesh.kit.compute.SideBySide;
import anymesh.kit.model.BundleException;
import anymesh.kit.model.Closing;
import anymesh.kit.model.ModelBundle;
import anymesh.kit.model.Numbers;
import anymesh.kit.model.OnnxModel;
import anymesh.kit.model.OnnxSettings;
import anymesh.kit.model.Tensor;
import anymesh.kit.model.TensorInfo;
import anymesh.wire.error.InferenceFailed;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;

/**
 * The VAE's decoder: planes of latents {@code [n, C, h, w]} into planes of a medium {@code [n, c, H, W]}, a few rows a run, since
 * a decoder needs far more memory for a row than a denoiser.
 */
final class VaeDecoder implements AutoCloseable {

    private final OnnxModel model;
    private final SideBySide sideBySide;
    private final TensorInfo input;
    private final TensorInfo output;
    private final LatentScaling scaling;
    private final int atOnce;

    private VaeDecoder(OnnxModel model, LatentScaling scaling, int atOnce) {
        this.model = model;
        this.sideBySide = model.sideBySide();
        this.input = only(model, model.inputs(), "input");
        this.output = only(model, model.outputs(), "output");
        this.scaling = scaling;
        this.atOnce = atOnce;
    }

    /** @param atOnce the most rows in one run */
    static VaeDecoder load(ModelBundle bundle, OnnxSettings settings, int atOnce) {
        var scaling = LatentScaling.read(bundle);
        return Closing.opening(opened -> new VaeDecoder(
                opened.with(OnnxModel.load(bundle.file("vae_decoder/model.onnx"), settings)), scaling, atOnce));
    }

    private static TensorInfo only(OnnxModel model, Map<String, TensorInfo> tensors, String kind) {
        var info = tensors.values().iterator().next();
        if (tensors.size() != 1 || info.rank() != 4) {
            throw new BundleException(
                    "%s: has %ss %s (expected: one of 4 axes)".formatted(model.file(), kind, tensors.values()));
        }
        return info;
    }

    /**
     * Decodes rows of scaled latents of one shape and hands on each decoded row, in order; the array is used again for the next.
     *
     * @param expected channels, height and width that a decoded row must have; -1 for any
     */
    void decode(List<float[]> rows, LatentShape shape, List<Integer> expected, Consumer<float[]> decoded) {
        for (int from = 0; from < rows.size(); from += atOnce) {
            var some = rows.subList(from, Math.min(from + atOnce, rows.size()));
            var runs = new ConcurrentSkipListMap<Integer, Tensor>();
            sideBySide.run(shape, some.size(),
                    (first, count) -> runs.put(first, run(some.subList(first, first + count), shape)));
            runs.values().forEach(planes -> take(planes, expected, decoded));
        }
    }

    private static void take(Tensor planes, List<Integer> expected, Consumer<float[]> decoded) {
        var actual = Arrays.stream(planes.shape()).skip(1).mapToInt(Math::toIntExact).boxed().toList();
        for (int axis = 0; axis < expected.size(); axis++) {
            if (expected.get(axis) != -1 && !expected.get(axis).equals(actual.get(axis))) {
                throw new InferenceFailed("vae_decoder gave %s (expected: rows of %s)".formatted(planes, expected));
            }
        }
        int rows = Math.toIntExact(planes.size(0));
        var row = new float[Math.toIntExact(planes.elements() / rows)];
        var numbers = Numbers.of(planes);
        for (int i = 0; i < rows; i++) {
            numbers.read(i * row.length, row);
            decoded.accept(row);
        }
    }

    private Tensor run(List<float[]> latents, LatentShape shape) {
        var fed = Tensor.allocate(input.type(), shape.batch(latents.size()));
        var rows = Numbers.of(fed);
        for (int i = 0; i < latents.size(); i++) {
            var unscaled = new float[latents.get(i).length];
            for (int k = 0; k < unscaled.length; k++) {
                unscaled[k] = scaling.unscaled(latents.get(i)[k]);
            }
            rows.write(i * unscaled.length, unscaled);
        }
        return Objects.requireNonNull(model.run(Map.of(input.name(), fed), Set.of(output.name())).get(output.name()));
    }

    @Override
    public void close() {
        model.close();
    }
}
