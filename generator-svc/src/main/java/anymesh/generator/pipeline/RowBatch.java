// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.pipeline;

import anymesh.kit.model.ElementType;
import anymesh.kit.model.Numbers;
import anymesh.kit.model.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The tensors of a denoiser run over so many rows of one shape, made once and used for every such run. The session reads and
 * writes them in place. A condition stays from step to step, so a row's is written only when another one was there.
 */
final class RowBatch {

    private final Numbers sample;
    private final ByteBuffer timesteps;
    private final ElementType timestepType;
    private final Numbers condition;
    private final Numbers output;
    private final float[] @Nullable [] conditions;
    private final Map<String, Tensor> feeds;
    private final Map<String, Tensor> results;
    private final Map<Range, Part> parts = new HashMap<>();

    /** Some of the rows. */
    private record Range(int from, int count) {}

    /** The tensors of some of the rows, which are views. */
    record Part(Map<String, Tensor> feeds, Map<String, Tensor> results) {}

    RowBatch(DenoiserInputs inputs, int rows, LatentShape latents, ConditionShape shape) {
        var fed = Tensor.allocate(inputs.sample().type(), latents.batch(rows));
        var times = Tensor.allocate(inputs.timestep().type(), inputs.timestepShape(rows));
        var conditioned = Tensor.allocate(inputs.condition().type(), rows, shape.tokens(), shape.width());
        var result = Tensor.allocate(inputs.output().type(), latents.batch(rows));
        sample = Numbers.of(fed);
        timesteps = times.bytes().order(ByteOrder.LITTLE_ENDIAN);
        timestepType = times.type();
        condition = Numbers.of(conditioned);
        output = Numbers.of(result);
        conditions = new float[rows][];
        feeds = Map.of(inputs.sample().name(), fed, inputs.timestep().name(), times, inputs.condition().name(),
                conditioned);
        results = Map.of(inputs.output().name(), result);
    }

    /** Fills a row. With one timestep for all rows, each writes the same. */
    @SuppressWarnings("ReferenceEquality") // Of the array, which nobody changes: comparing numbers would cost what it saves.
    void put(int row, float[] seen, double timestep, float[] wanted) {
        sample.write(row * seen.length, seen);
        putTimestep(timesteps.capacity() == timestepType.bytes() ? 0 : row * timestepType.bytes(), timestep);
        if (conditions[row] != wanted) {
            condition.write(row * wanted.length, wanted);
            conditions[row] = wanted;
        }
    }

    private void putTimestep(int at, double timestep) {
        switch (timestepType) {
            case INT64 -> timesteps.putLong(at, (long) timestep);
            case INT32 -> timesteps.putInt(at, (int) timestep);
            case FLOAT32 -> timesteps.putFloat(at, (float) timestep);
            case FLOAT16 -> timesteps.putShort(at, Float.floatToFloat16((float) timestep));
            case BOOL -> throw new IllegalStateException("refused when the session was loaded");
        }
    }

    /** Copies a row of the output. */
    void get(int row, float[] into) {
        output.read(row * into.length, into);
    }

    /** A copy of all rows of the output. */
    float[] outputs() {
        var all = new float[Math.toIntExact(results.values().iterator().next().elements())];
        output.read(0, all);
        return all;
    }

    /** Called by several threads at once. */
    synchronized Part part(int from, int count) {
        return parts.computeIfAbsent(new Range(from, count), range -> new Part(slices(feeds, range),
                slices(results, range)));
    }

    /** A tensor without rows, as one timestep for all, is in each part whole. */
    private Map<String, Tensor> slices(Map<String, Tensor> tensors, Range range) {
        var slices = new HashMap<String, Tensor>();
        tensors.forEach((name, tensor) -> slices.put(name, tensor.rank() > 0 && tensor.size(0) == conditions.length
                ? tensor.part(0, range.from(), range.count())
                : tensor));
        return slices;
    }
}
