// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.pipeline;

import anymesh.generator.scheduler.TorchGenerator;
import anymesh.kit.batch.Halves;
import anymesh.kit.compute.SideBySide;
import anymesh.kit.model.BundleException;
import anymesh.kit.model.Closing;
import anymesh.kit.model.ModelBundle;
import anymesh.kit.model.OnnxModel;
import anymesh.kit.model.OnnxSettings;
import anymesh.kit.model.TensorInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * The U-Net, run once for many items, be they pictures, sounds or films: the rows of all of them form one batch, two rows (empty prompt, condition) where there
 * is guidance. Items of one shape share a run at whatever steps they are, if the session takes a timestep per row; else those
 * at the same timestep do.
 *
 * <p>Any number of threads may use it, each for items of its own. In the steady state a step allocates nothing but what the runtime's
 * handles need.
 */
final class Denoiser implements AutoCloseable {

    private static final String LATENTS = "manifest.json's pipeline and vae_decoder/config.json say";

    private final OnnxModel model;
    private final SideBySide sideBySide;
    private final DenoiserInputs inputs;
    private final NegativePrompt negative;
    /** What a step works in; as many as there were steps at once. */
    private final Deque<Room> rooms = new ConcurrentLinkedDeque<>();

    private record BatchSize(int rows, LatentShape shape) {}

    private final class Room {
        private final Map<BatchSize, RowBatch> batches = new HashMap<>();
        private float[] seen = new float[0];
        private float[] combined = new float[0];
        private float[] conditional = new float[0];

        RowBatch batch(int rows, LatentShape shape) {
            if (seen.length != shape.numbers()) {
                seen = new float[shape.numbers()];
                combined = new float[shape.numbers()];
                conditional = new float[shape.numbers()];
            }
            return batches.computeIfAbsent(new BatchSize(rows, shape),
                    size -> new RowBatch(inputs, size.rows(), size.shape(), negative.shape()));
        }
    }

    private record Group(LatentShape shape, double timestep) {}

    private Denoiser(OnnxModel model, DenoiserInputs inputs, NegativePrompt negative, List<LatentShape> shapes) {
        this.model = model;
        this.inputs = inputs;
        this.negative = negative;
        boolean mayBeAlone = model.workers() > 1 && shapes.stream().allMatch(this::isSameAlone);
        this.sideBySide = model.sideBySide(mayBeAlone ? 1 : 2);
    }

    /** Whether a row alone comes to the same bits as beside another, so that a guided step's two may be run apart. */
    private boolean isSameAlone(LatentShape shape) {
        var noise = new TorchGenerator(1);
        var batch = new RowBatch(inputs, 2, shape, negative.shape());
        var latents = new float[shape.numbers()];
        for (int row = 0; row < 2; row++) {
            var condition = new float[negative.shape().numbers()];
            noise.fill(latents);
            noise.fill(condition);
            batch.put(row, latents, 500, condition);
        }
        var both = outputs(batch, List.of(batch.part(0, 2)));
        return Arrays.equals(both, outputs(batch, List.of(batch.part(0, 1), batch.part(1, 1))));
    }

    private float[] outputs(RowBatch batch, List<RowBatch.Part> parts) {
        parts.forEach(part -> model.run(part.feeds(), part.results()));
        return batch.outputs();
    }

    /** @param shapes of the latents that it will be given, all of one rank */
    static Denoiser load(ModelBundle bundle, OnnxSettings settings, NegativePrompt negative, List<LatentShape> shapes) {
        return Closing.opening(opened -> {
            var model = opened.with(OnnxModel.load(bundle.file("unet/model.onnx"), settings));
            var inputs = DenoiserInputs.of(model, shapes.getFirst().axes().size() + 1);
            var shape = negative.shape();
            requireAxes(model, inputs.condition(), "text_encoder/model.onnx gives", -1, shape.tokens(), shape.width());
            for (var latents : shapes) {
                requireAxes(model, inputs.sample(), LATENTS, latents.batch(-1));
                requireAxes(model, inputs.output(), LATENTS, latents.batch(-1));
            }
            return new Denoiser(model, inputs, negative, shapes);
        });
    }

    /** Axes that the session fixes must be these; -1 is not looked at. */
    private static void requireAxes(OnnxModel unet, TensorInfo tensor, String says, long... expected) {
        for (int axis = 0; axis < expected.length; axis++) {
            long declared = tensor.shape().get(axis);
            if (declared != -1 && expected[axis] != -1 && declared != expected[axis]) {
                throw new BundleException(
                        "%s: %s has shape %s (expected: %d at axis %d, which %s)".formatted(unet.file(), tensor.name(),
                                tensor.shape(), expected[axis], axis, says));
            }
        }
    }

    /** Advances every item by one step, but for those that can't be and {@linkplain Denoising#fail fail}. */
    void step(List<Denoising> active) {
        var room = Objects.requireNonNullElseGet(rooms.poll(), Room::new);
        try {
            step(active, room);
        } finally {
            rooms.push(room);
        }
    }

    private void step(List<Denoising> active, Room room) {
        if (inputs.hasTimestepPerRow() && sameShape(active)) {
            advance(active, room);
            return;
        }
        var groups = new LinkedHashMap<Group, List<Denoising>>();
        for (var item : active) {
            double timestep = inputs.hasTimestepPerRow() ? 0 : inputs.seenTimestep(item.timestep());
            groups.computeIfAbsent(new Group(item.shape(), timestep), _ -> new ArrayList<>()).add(item);
        }
        groups.values().forEach(items -> advance(items, room));
    }

    private static boolean sameShape(List<Denoising> active) {
        for (var item : active) {
            if (!item.shape().equals(active.getFirst().shape())) {
                return false;
            }
        }
        return true;
    }

    private void advance(List<Denoising> items, Room room) {
        Halves.run(items, some -> advance(run(some, room), some, room), Denoising::fail);
    }

    /** Changes no item. */
    private RowBatch run(List<Denoising> items, Room room) {
        int rows = 0;
        for (var item : items) {
            rows += item.rows();
        }
        var shape = items.getFirst().shape();
        var batch = room.batch(rows, shape);
        int row = 0;
        for (var item : items) {
            row += fill(batch, row, item, room.seen);
        }
        sideBySide.run(shape, rows, (from, count) -> {
            var part = batch.part(from, count);
            model.run(part.feeds(), part.results());
        });
        return batch;
    }

    private void advance(RowBatch batch, List<Denoising> items, Room room) {
        int row = 0;
        for (var item : items) {
            try {
                advance(batch, row, item, room);
            } catch (RuntimeException | Error e) {
                item.fail(e);
            }
            row += item.rows();
        }
    }

    private int fill(RowBatch batch, int row, Denoising item, float[] seen) {
        double timestep = inputs.seenTimestep(item.timestep());
        var latents = item.latents();
        float divisor = item.inputDivisor();
        if (divisor != 1) {
            for (int k = 0; k < latents.length; k++) {
                seen[k] = latents[k] / divisor;
            }
            latents = seen;
        }
        int at = row;
        if (item.request().guided()) {
            batch.put(at++, latents, timestep, negative.numbers());
        }
        batch.put(at, latents, timestep, item.request().condition());
        return item.rows();
    }

    private void advance(RowBatch batch, int row, Denoising item, Room room) {
        var combined = room.combined;
        var conditional = room.conditional;
        batch.get(row, combined);
        if (item.request().guided()) {
            batch.get(row + 1, conditional);
            float guidance = item.request().guidance();
            for (int k = 0; k < combined.length; k++) {
                combined[k] += guidance * (conditional[k] - combined[k]);
            }
        }
        item.advance(combined);
    }

    int workers() {
        return model.workers();
    }

    @Override
    public void close() {
        model.close();
    }
}
