// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.pipeline;

import anymesh.kit.model.BundleException;
import anymesh.kit.model.ModelBundle;
import anymesh.kit.model.OnnxModel;
import anymesh.kit.model.OnnxSettings;
import anymesh.kit.model.TensorInfo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The U-Net, run once for many pictures: the rows of all of them form one batch, two rows (empty prompt, condition) where there
 * is guidance. Pictures of one size share a run at whatever steps they are, if the session takes a timestep per row; else those
 * at the same timestep do.
 *
 * <p>Owned by the worker. In the steady state a step allocates nothing but what the runtime's handles need.
 */
final class Denoiser implements AutoCloseable {

    private final OnnxModel model;
    private final DenoiserInputs inputs;
    private final VaeConfig vae;
    private final NegativePrompt negative;
    private final Map<BatchSize, RowBatch> batches = new HashMap<>();
    private float[] seen = new float[0];
    private float[] combined = new float[0];
    private float[] conditional = new float[0];

    private record BatchSize(int rows, PictureSize size) {}

    private record Group(PictureSize size, double timestep) {}

    private Denoiser(OnnxModel model, DenoiserInputs inputs, VaeConfig vae, NegativePrompt negative) {
        this.model = model;
        this.inputs = inputs;
        this.vae = vae;
        this.negative = negative;
    }

    static Denoiser load(ModelBundle bundle, OnnxSettings settings, VaeConfig vae, NegativePrompt negative,
            List<PictureSize> sizes) {
        var model = OnnxModel.load(bundle.file("unet/model.onnx"), settings);
        try {
            var inputs = DenoiserInputs.of(model);
            var shape = negative.shape();
            requireAxes(inputs.condition(), -1, shape.tokens(), shape.width());
            for (var size : sizes) {
                requireAxes(inputs.sample(), -1, vae.channels(), size.height() / vae.factor(),
                        size.width() / vae.factor());
                requireAxes(inputs.output(), -1, vae.channels(), size.height() / vae.factor(),
                        size.width() / vae.factor());
            }
            return new Denoiser(model, inputs, vae, negative);
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    /** Axes that the session fixes must be these; -1 is not looked at. */
    private static void requireAxes(TensorInfo tensor, long... expected) {
        for (int axis = 0; axis < expected.length; axis++) {
            long declared = tensor.shape().get(axis);
            if (declared != -1 && expected[axis] != -1 && declared != expected[axis]) {
                throw new BundleException(
                        "unet %s has shape %s (expected: %d at axis %d)".formatted(tensor.name(), tensor.shape(),
                                expected[axis], axis));
            }
        }
    }

    /** Advances every picture by one step. */
    void step(List<Denoising> active) {
        if (inputs.hasTimestepPerRow() && sameSize(active)) {
            run(active);
            return;
        }
        var groups = new LinkedHashMap<Group, List<Denoising>>();
        for (var picture : active) {
            double timestep = inputs.hasTimestepPerRow() ? 0 : inputs.seenTimestep(picture.timestep());
            groups.computeIfAbsent(new Group(picture.request().size(), timestep), _ -> new ArrayList<>()).add(picture);
        }
        groups.values().forEach(this::run);
    }

    private static boolean sameSize(List<Denoising> active) {
        for (var picture : active) {
            if (!picture.request().size().equals(active.getFirst().request().size())) {
                return false;
            }
        }
        return true;
    }

    private void run(List<Denoising> pictures) {
        int rows = 0;
        for (var picture : pictures) {
            rows += picture.rows();
        }
        var size = pictures.getFirst().request().size();
        var batch = batches.computeIfAbsent(new BatchSize(rows, size), this::allocate);
        makeRoom(vae.numbers(size));
        int row = 0;
        for (var picture : pictures) {
            row += fill(batch, row, picture);
        }
        model.run(batch.feeds(), batch.results());
        row = 0;
        for (var picture : pictures) {
            row += advance(batch, row, picture);
        }
    }

    private RowBatch allocate(BatchSize batch) {
        var size = batch.size();
        return new RowBatch(inputs, batch.rows(),
                new long[]{vae.channels(), size.height() / vae.factor(), size.width() / vae.factor()},
                negative.shape());
    }

    private void makeRoom(int numbers) {
        if (seen.length != numbers) {
            seen = new float[numbers];
            combined = new float[numbers];
            conditional = new float[numbers];
        }
    }

    private int fill(RowBatch batch, int row, Denoising picture) {
        double timestep = inputs.seenTimestep(picture.timestep());
        var latents = picture.latents();
        float divisor = picture.inputDivisor();
        if (divisor != 1) {
            for (int k = 0; k < latents.length; k++) {
                seen[k] = latents[k] / divisor;
            }
            latents = seen;
        }
        int at = row;
        if (picture.request().guided()) {
            batch.put(at++, latents, timestep, negative.numbers());
        }
        batch.put(at, latents, timestep, picture.request().condition());
        return picture.rows();
    }

    private int advance(RowBatch batch, int row, Denoising picture) {
        batch.get(row, combined);
        if (picture.request().guided()) {
            batch.get(row + 1, conditional);
            float guidance = picture.request().guidance();
            for (int k = 0; k < combined.length; k++) {
                combined[k] += guidance * (conditional[k] - combined[k]);
            }
        }
        picture.advance(combined);
        return picture.rows();
    }

    @Override
    public void close() {
        model.close();
    }
}
