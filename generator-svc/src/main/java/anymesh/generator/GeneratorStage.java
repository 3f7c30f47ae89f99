// SPDX-License-Identifier: Apache-2.0
package anymesh.generator;

import anymesh.generator.pipeline.DiffusionPipeline;
import anymesh.generator.pipeline.GeneratorReference;
import anymesh.generator.pipeline.PictureSize;
import anymesh.kit.batch.StepBatcher;
import anymesh.kit.catalogue.Modalities;
import anymesh.kit.check.ReferenceReport;
import anymesh.kit.check.Referenced;
import anymesh.kit.compute.ComputeThread;
import anymesh.kit.ending.Budget;
import anymesh.kit.model.BundleException;
import anymesh.kit.model.Closing;
import anymesh.kit.server.Stage;
import anymesh.kit.server.StageResources;
import anymesh.v1.Capability;
import anymesh.v1.StageDescription;
import anymesh.wire.call.FrameServer;
import io.grpc.ServerMethodDefinition;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The generator service: one diffusion pipeline behind one batcher. */
public final class GeneratorStage implements Stage, Referenced {
    private final DiffusionPipeline pipeline;
    private final StepBatcher<DiffusionJob> batcher;
    private final ServerMethodDefinition<?, ?> generate;
    private volatile @Nullable ReferenceReport reference;

    private GeneratorStage(GeneratorConfig config, DiffusionPipeline pipeline, MediaFiles files,
            StageResources resources) {
        this.pipeline = pipeline;
        this.batcher = new StepBatcher<>("denoise", config.stage().batch(),
                Collections.nCopies(pipeline.workers(), new DiffusionStepper(pipeline, resources.meters())),
                resources.meters(), resources.tracer());
        this.generate = FrameServer.method(resources.methods().generateMedia(),
                new GenerateHandler(pipeline, files, batcher));
    }

    /**
     * Opens the bundle and its models. Throws {@link BundleException} for a bundle that makes something else than the configuration
     * says, and {@link IllegalStateException} if it needs ffmpeg and that can't start here.
     */
    public static GeneratorStage load(GeneratorConfig config, StageResources resources) {
        // What it starts gives way once more: a picture takes seconds, and words are read as they are written. See ADR 28.
        return ComputeThread.call("load-generator", () -> Closing.opening(opened -> {
            var pipeline = opened.with(DiffusionPipeline.load(config.stage().bundle(), config.stage().onnx(),
                    config.decodeBatch()));
            if (pipeline.manifest().modality() != config.modality()) {
                throw new BundleException(
                        "%s/manifest.json: modality: %s (expected: %s, which this service makes)".formatted(
                                config.stage().bundle(), Modalities.name(pipeline.manifest().modality()),
                                Modalities.name(config.modality())));
            }
            return new GeneratorStage(config, pipeline, MediaFiles.of(pipeline.manifest().output()), resources);
        }));
    }

    @Override
    public StageDescription describe() {
        var manifest = pipeline.manifest();
        return StageDescription.newBuilder()
                .setBundle(pipeline.bundle().manifest().bundle())
                .setVersion(pipeline.bundle().manifest().version())
                .setSeconds((float) manifest.output().seconds())
                .addCapabilities(Capability.newBuilder()
                        .setModality(manifest.modality())
                        .addAccepts(manifest.accepts())
                        .addAllTasks(manifest.tasks())
                        .setGuidanceScale(manifest.defaults().guidance())
                        .setMaxInferenceSteps(manifest.defaults().maxSteps())
                        .setMaxGuidanceScale(manifest.defaults().maxGuidance())
                        .addAllSizes(manifest.output().sizes().stream().map(PictureSize::toString).toList()))
                .build();
    }

    @Override
    public List<ServerMethodDefinition<?, ?>> methods() {
        return List.of(generate);
    }

    @Override
    public void warm() {
        pipeline.warm();
        GeneratorReference.of(pipeline.bundle()).ifPresent(samples -> {
            var report = samples.check(pipeline);
            report.require(pipeline.bundle().directory());
            reference = report;
        });
    }

    @Override
    public Optional<ReferenceReport> reference() {
        return Optional.ofNullable(reference);
    }

    @Override
    public boolean stop(Budget budget) {
        return StepBatcher.stop(List.of(batcher), budget);
    }

    @Override
    public void close() {
        batcher.close();
        pipeline.close();
    }
}
