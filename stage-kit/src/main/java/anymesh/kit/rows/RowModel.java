// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.rows;

import anymesh.kit.batch.BatchPolicy;
import anymesh.kit.batch.StepBatcher;
import anymesh.kit.ending.Budget;
import anymesh.kit.model.Manifest;
import anymesh.kit.model.OnnxModel;
import anymesh.kit.model.Tensor;
import anymesh.wire.WireMemory;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.InvalidInput;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.trace.Tracer;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;

/**
 * A model that maps rows to rows, {@code [B, …] -> [B, …]}, as encoders and projectors do, behind a batcher of its own:
 * {@link RowStepper}.
 */
public final class RowModel implements AutoCloseable {
    private final OnnxModel model;
    private final RowStepper stepper;
    private final StepBatcher<RowJob> batcher;

    /** Takes over the model. */
    public RowModel(String name, OnnxModel model, Manifest producer, BatchPolicy policy, WireMemory memory,
            MeterRegistry meters, Tracer tracer) {
        this.model = model;
        this.stepper = new RowStepper(name, model, producer, memory);
        this.batcher = new StepBatcher<>(name, policy, Collections.nCopies(model.workers(), stepper), meters, tracer);
    }

    public OnnxModel model() {
        return model;
    }

    /**
     * Queues the rows and returns at once; the caller awaits the job and owns the embeddings it comes to. Rows that hold
     * NaN or infinity, or that the model makes such of, are an {@link InvalidInput} with {@code items[row]} as its param.
     */
    public RowJob submit(CallContext call, Map<String, Tensor> feeds, RowOutput output) {
        Rows.requireFinite(feeds.values());
        var job = new RowJob(call, feeds, output);
        batcher.submit(job);
        return job;
    }

    /** Runs one row of zeros, of the declared shape with free axes as 1, past the queue. */
    public void warm() {
        model.run(stepper.zeros());
    }

    /** Stops the batchers of these models ({@link StepBatcher#stop}). */
    public static boolean stop(Collection<RowModel> models, Budget budget) {
        return StepBatcher.stop(models.stream().map(model -> model.batcher).toList(), budget);
    }

    @Override
    public void close() {
        batcher.close();
        model.close();
    }
}
