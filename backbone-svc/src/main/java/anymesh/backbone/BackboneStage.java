// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone;

import anymesh.backbone.bundle.BackboneBundle;
import anymesh.backbone.bundle.SignalSpec;
import anymesh.backbone.check.CheckReport;
import anymesh.backbone.check.ReferenceCheck;
import anymesh.backbone.decode.DecodeLoop;
import anymesh.backbone.decode.GenerateJob;
import anymesh.backbone.prompt.PromptBuilder;
import anymesh.kit.batch.StepBatcher;
import anymesh.kit.ending.Budget;
import anymesh.kit.model.BundleException;
import anymesh.kit.model.Closing;
import anymesh.kit.server.Stage;
import anymesh.kit.server.StageResources;
import anymesh.v1.BackboneRequest;
import anymesh.v1.Capability;
import anymesh.v1.Modality;
import anymesh.v1.Part;
import anymesh.v1.Role;
import anymesh.v1.Sampling;
import anymesh.v1.StageDescription;
import anymesh.v1.Turn;
import anymesh.wire.Features;
import anymesh.wire.Frame;
import anymesh.wire.call.CallContext;
import anymesh.wire.call.FrameServer;
import anymesh.wire.error.MeshException;
import io.grpc.ServerMethodDefinition;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The backbone service: one bundle, one decode loop, one worker. */
public final class BackboneStage implements Stage {
    private static final Duration WARM_TIMEOUT = Duration.ofMinutes(5);
    private static final int WARM_SAMPLES = 4;

    private final BackboneBundle bundle;
    private final DecodeLoop loop;
    private final StepBatcher<GenerateJob> batcher;
    private final GenerateHandler handler;
    private final ServerMethodDefinition<?, ?> generate;
    private final ReferenceCheck check;

    private BackboneStage(BackboneBundle bundle, DecodeLoop loop, BackboneConfig config, StageResources resources) {
        this.bundle = bundle;
        this.loop = loop;
        this.batcher = new StepBatcher<>("backbone", config.stage().batch(), List.of(loop), resources.meters(),
                resources.tracer());
        var prompts = new PromptBuilder(bundle);
        this.handler = new GenerateHandler(bundle, prompts, config.maxSignalRuns(), batcher, resources.memory(),
                new BackboneMeters(resources.meters(), loop.drafts()));
        this.generate = FrameServer.method(resources.methods().generateText(), handler);
        this.check = new ReferenceCheck(bundle, prompts, handler::handle, handler::withoutDrafts, loop.drafts(),
                config.stage().batch().maxBatch());
    }

    /** Opens the bundle and its graphs. */
    public static BackboneStage load(BackboneConfig config, StageResources resources) {
        return Closing.opening(opened -> {
            var bundle = opened.with(BackboneBundle.load(config.stage().bundle()));
            var decoded = config.drafts() ? bundle : bundle.withoutDraft();
            var loop = opened.with(DecodeLoop.load(decoded, config.stage().onnx(), config.prefillTokens(),
                    config.prefixBytes()));
            return new BackboneStage(bundle, loop, config, resources);
        });
    }

    @Override
    public StageDescription describe() {
        var manifest = bundle.files().manifest();
        var description = StageDescription.newBuilder().setBundle(manifest.bundle()).setVersion(manifest.version())
                .addCapabilities(
                        Capability.newBuilder().setModality(Modality.TEXT).addAllTasks(bundle.tasks()));
        Stream.concat(bundle.prompt().media().keySet().stream(), bundle.signals().stream().map(SignalSpec::modality))
                .distinct().sorted().map(this::capability).forEach(description::addCapabilities);
        description.addFeatures(Features.LOGPROBS);
        if (bundle.documents() != null) {
            description.addFeatures(Features.JSON_SCHEMA);
        }
        if (bundle.calls() != null) {
            description.addFeatures(Features.TOOLS);
        }
        return description.build();
    }

    private Capability capability(Modality modality) {
        var capability = Capability.newBuilder().setModality(modality);
        if (bundle.prompt().media().containsKey(modality)) {
            capability.addAllAccepts(bundle.prompt().accepts().stream().sorted().toList());
        }
        bundle.signals().stream().filter(signal -> signal.modality() == modality)
                .forEach(signal -> capability.addProduces(signal.produces().space()));
        return capability.build();
    }

    @Override
    public List<ServerMethodDefinition<?, ?>> methods() {
        return List.of(generate);
    }

    /**
     * A short answer with a run of each signal: a prompt, single tokens, chunks. Then a few of the bundle's samples, alone and in
     * company; {@link BundleException} if one of them is not what it has to be.
     */
    @Override
    public void warm() {
        Optional<String> difference;
        try {
            bundle.signals().forEach(signal -> answer(signal.modality()));
            difference = check(WARM_SAMPLES, 2 * WARM_SAMPLES, 0).difference();
        } catch (MeshException e) {
            throw new BundleException("%s: does not answer: %s".formatted(bundle.files().directory(), e.getMessage()),
                    e);
        }
        if (difference.isPresent()) {
            throw new BundleException("%s: %s".formatted(bundle.files().directory(), difference.get()));
        }
    }

    /**
     * Holds answers against the bundle's reference, or against themselves if it has none ({@link ReferenceCheck}).
     *
     * @param samples how many are looked at, each alone
     * @param inCompany how many answers are asked for in company
     */
    public CheckReport check(int samples, int inCompany, long seed) {
        try {
            return check.run(samples, inCompany, seed);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while checking", e);
        }
    }

    private void answer(Modality required) {
        var request = BackboneRequest.newBuilder()
                .addTurns(Turn.newBuilder().setRole(Role.USER).addParts(Part.newBuilder().setText("hello")))
                .setSampling(Sampling.newBuilder().setTemperature(0).setMaxTokens(4))
                .addRequired(required).build();
        try {
            handler.handle(Frame.of(request), CallContext.start("warm", null, WARM_TIMEOUT), Frame::close);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while warming", e);
        }
    }

    @Override
    public boolean stop(Budget budget) {
        return StepBatcher.stop(List.of(batcher), budget);
    }

    @Override
    public void close() {
        batcher.close();
        loop.close();
        bundle.close();
    }
}
