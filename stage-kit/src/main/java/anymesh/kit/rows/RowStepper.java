// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.rows;

import anymesh.kit.batch.Halves;
import anymesh.kit.batch.Stepper;
import anymesh.kit.compute.SideBySide;
import anymesh.kit.model.ElementType;
import anymesh.kit.model.Manifest;
import anymesh.kit.model.OnnxModel;
import anymesh.kit.model.Tensor;
import anymesh.kit.model.TensorInfo;
import anymesh.wire.DType;
import anymesh.wire.EmbeddingBatch;
import anymesh.wire.EmbeddingSpec;
import anymesh.wire.WireLimits;
import anymesh.wire.WireMemory;
import anymesh.wire.error.Failures;
import anymesh.wire.error.InferenceFailed;
import anymesh.wire.error.InvalidInput;
import anymesh.wire.error.MeshException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the rows of all jobs that can share a run in one. What the model writes goes straight into the Arrow memory that is
 * sent, unless several callers share a run. A job that can't be run, or that comes to no numbers, fails by itself. For
 * any number of workers.
 */
final class RowStepper implements Stepper<RowJob> {
    private static final Logger log = LoggerFactory.getLogger(RowStepper.class);

    private final String name;
    private final OnnxModel model;
    private final SideBySide sideBySide;
    private final Manifest producer;
    private final WireMemory memory;

    /** The model stays the caller's. */
    RowStepper(String name, OnnxModel model, Manifest producer, WireMemory memory) {
        this.name = name;
        this.model = model;
        this.sideBySide = model.sideBySide();
        this.producer = producer;
        this.memory = memory;
    }

    @Override
    public void step(List<RowJob> active) {
        var groups = new LinkedHashMap<Object, List<RowJob>>();
        active.forEach(job -> groups.computeIfAbsent(job.kind(), _ -> new ArrayList<>()).add(job));
        groups.values().forEach(group -> Halves.run(group, this::run, this::fail));
    }

    private void run(List<RowJob> jobs) {
        var output = jobs.getFirst().output();
        int rows = jobs.stream().mapToInt(RowJob::rows).sum();
        var feeds = concatenated(jobs, rows);
        var shape = rowShape(model.output(output.name()));
        if (shape.contains(-1)) {
            split(jobs, output, Objects.requireNonNull(model.run(feeds, Set.of(output.name())).get(output.name())));
        } else if (jobs.size() == 1) {
            var job = jobs.getFirst();
            complete(job, filled(output, shape, rows,
                    data -> run(job.kind(), feeds, output,
                            Tensor.wrap(data, ElementType.FLOAT32, batch(rows, shape)))));
        } else {
            var result = Tensor.allocate(ElementType.FLOAT32, batch(rows, shape));
            run(jobs.getFirst().kind(), feeds, output, result);
            split(jobs, output, result);
        }
    }

    private void run(Object kind, Map<String, Tensor> feeds, RowOutput output, Tensor result) {
        sideBySide.run(kind, Math.toIntExact(result.size(0)), (from, count) -> {
            var some = new HashMap<String, Tensor>();
            feeds.forEach((input, tensor) -> some.put(input, tensor.part(0, from, count)));
            model.run(some, Map.of(output.name(), result.part(0, from, count)));
        });
    }

    private void split(List<RowJob> jobs, RowOutput output, Tensor result) {
        var shape = new ArrayList<Integer>();
        for (int axis = 1; axis < result.rank(); axis++) {
            shape.add(Math.toIntExact(result.size(axis)));
        }
        var bytes = result.bytes();
        for (var job : jobs) {
            var own = bytes.slice(bytes.position(), (int) (bytes.capacity() * (long) job.rows() / result.size(0)));
            bytes.position(bytes.position() + own.capacity());
            try {
                complete(job, filled(output, shape, job.rows(), data -> data.put(own)));
            } catch (RuntimeException | Error e) {
                fail(job, e); // alone: the others have their rows
            }
        }
    }

    private void complete(RowJob job, EmbeddingBatch embeddings) {
        int broken = Rows.notFinite(embeddings);
        if (broken < 0) {
            job.complete(embeddings);
        } else {
            embeddings.close();
            job.fail(brokenRow(job, broken));
        }
    }

    /** A model that still makes numbers of what it was warmed with is well, and what it makes none of is at fault. */
    private MeshException brokenRow(RowJob job, int row) {
        return Rows.areFinite(model.run(zeros(), Set.of(job.output().name())).values())
                ? new InvalidInput(name + " makes no numbers of item " + row, Rows.param(row))
                : new InferenceFailed(name + " makes no numbers");
    }

    private void fail(RowJob job, Throwable why) {
        if (!(why instanceof MeshException)) {
            log.error("requestId={} {} failed", job.call().requestId(), name, why);
        }
        job.fail(Failures.of(why, name));
    }

    /** One row of zeros, of the declared shape with free axes as 1. */
    Map<String, Tensor> zeros() {
        var feeds = new HashMap<String, Tensor>();
        model.inputs().forEach((input, info) -> feeds.put(input, Tensor.allocate(info.type(),
                info.shape().stream().mapToLong(axis -> Math.max(axis, 1)).toArray())));
        return feeds;
    }

    private EmbeddingBatch filled(RowOutput output, List<Integer> shape, int rows, Consumer<ByteBuffer> fill) {
        var spec = new EmbeddingSpec(output.space(), shape, DType.FLOAT32, producer.bundle(), producer.version());
        if (rows > WireLimits.MAX_ROWS || (long) rows * spec.rowBytes() >= WireLimits.MAX_MESSAGE_BYTES) {
            throw new InvalidInput("%d items of %d bytes (limit of an answer: %d items, %d bytes)".formatted(rows,
                    spec.rowBytes(), WireLimits.MAX_ROWS, WireLimits.MAX_MESSAGE_BYTES), "items");
        }
        var batch = EmbeddingBatch.allocate(memory, spec, rows);
        try {
            fill.accept(batch.data());
            return batch;
        } catch (RuntimeException | Error e) {
            batch.close();
            throw e;
        }
    }

    private static long[] batch(int rows, List<Integer> rowShape) {
        var shape = new long[rowShape.size() + 1];
        shape[0] = rows;
        for (int axis = 0; axis < rowShape.size(); axis++) {
            shape[axis + 1] = rowShape.get(axis);
        }
        return shape;
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
