// SPDX-License-Identifier: Apache-2.0
package anymesh.projector;

import anymesh.kit.batch.JobTimings;
import anymesh.kit.catalogue.Component;
import anymesh.kit.catalogue.Modalities;
import anymesh.kit.ending.Budget;
import anymesh.kit.model.BundleException;
import anymesh.kit.model.Closing;
import anymesh.kit.model.ElementType;
import anymesh.kit.model.ModelBundle;
import anymesh.kit.model.OnnxModel;
import anymesh.kit.model.Tensor;
import anymesh.kit.rows.RowModel;
import anymesh.kit.rows.RowOutput;
import anymesh.kit.server.StageConfig;
import anymesh.kit.server.StageResources;
import anymesh.v1.Capability;
import anymesh.v1.Modality;
import anymesh.v1.StageDescription;
import anymesh.wire.DType;
import anymesh.wire.EmbeddingBatch;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.ContractMismatch;
import anymesh.wire.error.InvalidInput;
import anymesh.wire.error.UnsupportedModality;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * A bundle of projectors, one a modality, each from one space into another: {@code [rows, …] -> [rows, …]}. What
 * arrives in another space or shape is refused as {@link ContractMismatch}, never run.
 */
public final class Projection implements AutoCloseable {

    /** The projected rows, which the receiver closes, and where the time went. */
    public record Projected(EmbeddingBatch embeddings, JobTimings timings) {}

    private record Projector(ProjectorManifest.Entry manifest, RowModel rows) {}

    private final ModelBundle bundle;
    private final Closing opened;
    private final Map<Modality, Projector> projectors = new EnumMap<>(Modality.class);

    private Projection(ModelBundle bundle, Closing opened) {
        this.bundle = bundle;
        this.opened = opened;
    }

    /** Opens a bundle of this component and all its models, or closes what it had opened of them. */
    public static Projection load(Component component, StageConfig config, StageResources resources) {
        var bundle = ModelBundle.open(config.bundle(), component);
        return Closing.opening(opened -> {
            var projection = new Projection(bundle, opened);
            bundle.manifestAs(ProjectorManifest.class).modalities().forEach((key, entry) -> {
                var model = opened.with(OnnxModel.load(bundle.file(entry.model()), config.onnx()));
                model.input(entry.input());
                model.output(entry.output());
                var rows = opened.with(new RowModel(component.json().replace('_', '-') + "-" + key, model,
                        bundle.manifest(), config.batch(), resources.memory(), resources.meters(),
                        resources.tracer()));
                projection.projectors.put(modality(key), new Projector(entry, rows));
            });
            return projection;
        });
    }

    /** Projects the one batch of a request; the batch stays the caller's. */
    public Projected project(CallContext call, Modality modality, List<EmbeddingBatch> embeddings) {
        var projector = projectors.get(modality);
        if (projector == null) {
            throw new UnsupportedModality("%s projects no %s (it projects: %s)".formatted(bundle.manifest().bundle(),
                    modality, projectors.keySet()));
        }
        if (embeddings.size() != 1) {
            throw new InvalidInput("%d batches to project (expected: 1)".formatted(embeddings.size()), "embeddings");
        }
        var entry = projector.manifest();
        var feeds = Map.of(entry.input(), rows(embeddings.getFirst(), projector));
        var job = projector.rows().submit(call, feeds, new RowOutput(entry.output(), entry.produces()));
        return new Projected(job.await(), job.timings());
    }

    /** What it serves, by modality. */
    public StageDescription describe() {
        var description = StageDescription.newBuilder()
                .setBundle(bundle.manifest().bundle())
                .setVersion(bundle.manifest().version());
        projectors.forEach((modality, projector) -> description.addCapabilities(Capability.newBuilder()
                .setModality(modality)
                .addAccepts(projector.manifest().accepts())
                .addProduces(projector.manifest().produces())));
        return description.build();
    }

    public void warm() {
        projectors.values().forEach(projector -> projector.rows().warm());
    }

    /** As a stage's. */
    public boolean stop(Budget budget) {
        return RowModel.stop(projectors.values().stream().map(Projector::rows).toList(), budget);
    }

    @Override
    public void close() {
        opened.close();
    }

    private static Tensor rows(EmbeddingBatch batch, Projector projector) {
        var spec = batch.spec();
        var entry = projector.manifest();
        if (!spec.space().equals(entry.accepts())) {
            throw new ContractMismatch("embeddings in space '%s' (expected: '%s')".formatted(spec.space(),
                    entry.accepts()));
        }
        if (spec.dtype() != DType.FLOAT32) {
            throw new ContractMismatch("embeddings of %s (expected: FLOAT32)".formatted(spec.dtype()));
        }
        var declared = projector.rows().model().input(entry.input()).shape();
        boolean fits = declared.size() == spec.shape().size() + 1;
        var shape = new long[spec.shape().size() + 1];
        shape[0] = batch.rows();
        for (int axis = 1; axis < shape.length; axis++) {
            shape[axis] = spec.shape().get(axis - 1);
            fits = fits && (declared.get(axis) < 0 || declared.get(axis) == shape[axis]);
        }
        if (!fits || batch.rows() == 0) {
            throw new ContractMismatch("%d embeddings of shape %s (the model takes: %s)".formatted(batch.rows(),
                    spec.shape(), declared));
        }
        // A copy: a cancelled call gives its batches back at once, and the worker may still be reading.
        var rows = Tensor.allocate(ElementType.FLOAT32, shape);
        rows.bytes().put(batch.data());
        return rows;
    }

    private static Modality modality(String key) {
        return Modalities.medium(key).orElseThrow(() -> new BundleException(
                "modalities: '%s' (expected: %s)".formatted(key, Modalities.names(Modalities.MEDIA))));
    }
}
