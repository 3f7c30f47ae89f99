// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.rows;

import anymesh.kit.batch.BatchPolicy;
import anymesh.kit.batch.StepBatcher;
import anymesh.kit.batch.Stepper;
import anymesh.kit.ending.Budget;
import anymesh.kit.model.ElementType;
import anymesh.kit.model.Manifest;
import anymesh.kit.model.OnnxModel;
import anymesh.kit.model.Tensor;
import anymesh.kit.model.TensorInfo;
import anymesh.wire.DType;
import anymesh.wire.EmbeddingBatch;
import anymesh.wire.EmbeddingSpec;
import anymesh.wire.WireMemory;
import anymesh.wire.call.CallContext;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.trace.Tracer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A model that maps rows to rows, {@code [B, …] -> [B, …]}, as encoders and projectors do, behind a batcher of its own.
 * What the model writes goes straight into the Arrow memory that is sent, unless several callers share a batch.
 */
public final class RowModel implements AutoCloseable {
    private final OnnxModel model;
    private final Manifest producer;
    private final WireMemory memory;
    private final StepBatcher<RowJob> batcher;

    /** Takes over the model. */
    public RowModel(String name, OnnxModel model, Manifest producer, BatchPolicy policy, WireMemory memory,
            MeterRegistry meters, Tracer tracer) {
        this.model = model;
        this.producer = producer;
        this.memory = memory;
        this.batcher = new StepBatcher<>(name, policy, new Groups(), meters, tracer);
    }

    public OnnxModel model() {
        return model;
    }

    /** Queues the rows and returns at once; the caller awaits the job and owns the embeddings it comes to. */
    public RowJob submit(CallContext call, Map<String, Tensor> feeds, RowOutput output) {
        var job = new RowJob(call, feeds, output);
        batcher.submit(job);
        return job;
    }

    /** Runs one row of zeros, of the declared shape with free axes as 1, past the queue. */
    public void warm() {
        var feeds = new HashMap<String, Tensor>();
        model.inputs().forEach((name, info) -> feeds.put(name, Tensor.allocate(info.type(),
                info.shape().stream().mapToLong(axis -> Math.max(axis, 1)).toArray())));
        model.run(feeds);
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

    private final class Groups implements Stepper<RowJob> {
        @Override
        public void step(List<RowJob> active) {
            var groups = new LinkedHashMap<Object, List<RowJob>>();
            active.forEach(job -> groups.computeIfAbsent(job.key(), _ -> new ArrayList<>()).add(job));
            groups.values().forEach(this::run);
        }

        private void run(List<RowJob> jobs) {
            var output = jobs.getFirst().output();
            int rows = jobs.stream().mapToInt(RowJob::rows).sum();
            var feeds = concatenated(jobs, rows);
            var shape = rowShape(model.output(output.name()));
            if (jobs.size() == 1 && !shape.contains(-1)) {
                jobs.getFirst().complete(filled(output, shape, rows,
                        data -> model.run(feeds, Map.of(output.name(), tensor(data, rows, shape)))));
            } else {
                split(jobs, output, Objects.requireNonNull(model.run(feeds, Set.of(output.name())).get(output.name())));
            }
        }

        private void split(List<RowJob> jobs, RowOutput output, Tensor result) {
            var shape = new ArrayList<Integer>();
            for (int axis = 1; axis < result.rank(); axis++) {
                shape.add(Math.toIntExact(result.size(axis)));
            }
            var bytes = result.bytes();
            for (var job : jobs) {
                job.complete(filled(output, shape, job.rows(),
                        data -> data.put(bytes.limit(bytes.position() + data.remaining()))));
            }
        }
    }

    private EmbeddingBatch filled(RowOutput output, List<Integer> shape, int rows, Consumer<ByteBuffer> fill) {
        var spec = new EmbeddingSpec(output.space(), shape, DType.FLOAT32, producer.bundle(), producer.version());
        var batch = EmbeddingBatch.allocate(memory, spec, rows);
        try {
            fill.accept(batch.data());
            return batch;
        } catch (RuntimeException e) {
            batch.close();
            throw e;
        }
    }

    private static Tensor tensor(ByteBuffer data, int rows, List<Integer> rowShape) {
        var shape = new long[rowShape.size() + 1];
        shape[0] = rows;
        for (int axis = 0; axis < rowShape.size(); axis++) {
            shape[axis + 1] = rowShape.get(axis);
        }
        return Tensor.wrap(data, ElementType.FLOAT32, shape);
    }

    private static List<Integer> rowShape(TensorInfo info) {
        return info.shape().stream().skip(1).map(Math::toIntExact).toList();
    }

    private static Map<String, Tensor> concatenated(List<RowJob> jobs, int rows) {
        if (jobs.size() == 1) {
            return jobs.getFirst().feeds();
        }
        var feeds = new HashMap<String, Tensor>();
        jobs.getFirst().feeds().forEach((name, first) -> {
            var shape = first.shape();
            shape[0] = rows;
            var all = Tensor.allocate(first.type(), shape);
            var bytes = all.bytes();
            jobs.forEach(job -> bytes.put(Objects.requireNonNull(job.feeds().get(name)).bytes()));
            feeds.put(name, all);
        });
        return feeds;
    }
}
