// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.pipeline;

import anymesh.generator.scheduler.NoiseSource;
import anymesh.generator.scheduler.Scheduler;
import anymesh.generator.scheduler.SchedulerRefusedException;
import anymesh.generator.scheduler.TorchGenerator;
import anymesh.kit.batch.Halves;
import anymesh.kit.catalogue.Component;
import anymesh.kit.model.BundleException;
import anymesh.kit.model.Closing;
import anymesh.kit.model.ModelBundle;
import anymesh.kit.model.OnnxSettings;
import anymesh.wire.error.Failures;
import anymesh.wire.error.InferenceFailed;
import anymesh.wire.error.InvalidInput;
import anymesh.wire.error.MeshException;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Latent diffusion as diffusers' {@code StableDiffusionPipeline}, {@code AudioLDMPipeline} and {@code TextToVideoSDPipeline} run
 * it, over a bundle in Optimum's layout: noise times {@code init_noise_sigma}; at each step the U-Net on the scaled latents, guidance, the scheduler; the latents
 * over {@code scaling_factor} through the VAE's decoder and the rest of an {@link OutputSide}. The condition comes from outside; no prompt is encoded.
 *
 * <p>Requests are batched by the step: {@link #step} advances any number of items, which may be at different steps. An
 * item does not depend on its company but for the last bits of float arithmetic.
 *
 * <p>Any number of threads may use it, each for items of its own.
 */
public final class DiffusionPipeline implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DiffusionPipeline.class);
    private static final Set<String> COMPONENTS = Set.of("scheduler", "tokenizer", "text_encoder", "unet",
            "vae_decoder",
            "vae_encoder", "vae", "feature_extractor", "vocoder");

    private final ModelBundle bundle;
    private final GeneratorManifest manifest;
    private final Scheduler scheduler;
    private final NegativePrompt negative;
    private final Denoiser denoiser;
    private final OutputSide output;
    private final Closing opened;

    private DiffusionPipeline(ModelBundle bundle, GeneratorManifest manifest, OnnxSettings settings, int decodeAtOnce,
            Closing opened) {
        this.bundle = bundle;
        this.manifest = manifest;
        this.opened = opened;
        scheduler = scheduler(bundle, manifest.defaults().maxSteps());
        negative = NegativePrompt.load(bundle, settings);
        output = outputSide(bundle, manifest.output(), opened.with(VaeDecoder.load(bundle, settings, decodeAtOnce)),
                () -> opened.with(Vocoder.load(bundle, settings)));
        denoiser = opened.with(
                Denoiser.load(bundle, settings, negative, sizes().stream().map(output::latents).toList()));
    }

    private static OutputSide outputSide(ModelBundle bundle, GeneratorManifest.Output output, VaeDecoder vae,
            Supplier<Vocoder> vocoder) {
        return switch (output) {
            case GeneratorManifest.Pictures(var sizes) ->
                new PictureSide(PictureGeometry.read(bundle, sizes), sizes.getFirst(), vae);
            case GeneratorManifest.Clips clips -> new ClipSide(PictureGeometry.read(bundle, clips.sizes()), clips, vae);
            case GeneratorManifest.Sounds sounds -> new SoundSide(sounds, vae, vocoder.get());
        };
    }

    /** All sizes that may be asked for; null alone where there are none. */
    private List<@Nullable PictureSize> sizes() {
        var sizes = new ArrayList<@Nullable PictureSize>(manifest.output().sizes());
        if (sizes.isEmpty()) {
            sizes.add(null);
        }
        return sizes;
    }

    /**
     * Loads a bundle. Throws {@link BundleException} if it asks for anything that this pipeline would do wrongly.
     *
     * @param decodeAtOnce the most pictures, spectrograms or frames of a film that the VAE decodes in one run
     */
    public static DiffusionPipeline load(Path directory, OnnxSettings settings, int decodeAtOnce) {
        var bundle = ModelBundle.open(directory, Component.MODALITY_GENERATOR);
        checkComponents(bundle);
        var manifest = GeneratorManifest.of(bundle);
        return Closing.opening(opened -> new DiffusionPipeline(bundle, manifest, settings, decodeAtOnce, opened));
    }

    private static void checkComponents(ModelBundle bundle) {
        bundle.read("model_index.json", JsonNode.class).properties().forEach(entry -> {
            var name = entry.getKey();
            boolean isComponent = entry.getValue().isArray() && !entry.getValue().path(1).isNull();
            if (!isComponent || COMPONENTS.contains(name)) {
                return;
            }
            if (!name.equals("safety_checker")) {
                throw new BundleException(
                        "%s/model_index.json: component %s is not supported (supported: %s)".formatted(
                                bundle.directory(), name, COMPONENTS));
            }
            LOG.warn("bundle={} the safety checker of this pipeline is not run", bundle.manifest().bundle());
        });
        var unet = bundle.read("unet/config.json", JsonNode.class);
        if (unet.path("time_cond_proj_dim").isNumber()) {
            throw new BundleException(
                    "%s/unet/config.json: time_cond_proj_dim %s is not supported (supported: null)".formatted(
                            bundle.directory(), unet.path("time_cond_proj_dim")));
        }
    }

    private static Scheduler scheduler(ModelBundle bundle, int maxSteps) {
        try {
            var scheduler = Scheduler.read(bundle.file("scheduler/scheduler_config.json"));
            scheduler.start(maxSteps, _ -> {});
            return scheduler;
        } catch (SchedulerRefusedException | IllegalArgumentException e) {
            throw new BundleException(
                    "%s/scheduler/scheduler_config.json: %s".formatted(bundle.directory(), e.getMessage()), e);
        }
    }

    public ModelBundle bundle() {
        return bundle;
    }

    public GeneratorManifest manifest() {
        return manifest;
    }

    /** What a request's condition must look like. */
    public ConditionShape conditionShape() {
        return negative.shape();
    }

    NegativePrompt negative() {
        return negative;
    }

    /** How many threads it takes to use all cores. */
    public int workers() {
        return denoiser.workers();
    }

    /** Draws the first latents. The request must have been checked against the manifest and the condition's shape. */
    public Denoising begin(MediaRequest request) {
        return begin(request, new TorchGenerator(request.seed()));
    }

    Denoising begin(MediaRequest request, NoiseSource noise) {
        var sampler = scheduler.start(request.steps(), noise);
        var shape = output.latents(request.size());
        var latents = new float[shape.numbers()];
        noise.fill(latents);
        for (int k = 0; k < latents.length; k++) {
            latents[k] *= sampler.initNoiseSigma();
        }
        return new Denoising(request, shape, sampler, latents);
    }

    /**
     * Advances every item by one step; none may be finished. One that can't be advanced, or that goes beyond all numbers,
     * {@linkplain Denoising#failure fails} and leaves the others alone.
     */
    public void step(List<Denoising> active) {
        denoiser.step(active);
        for (var item : active) {
            if (item.failure() == null && !item.isFinite()) {
                item.fail(noNumbers(item.request()));
            }
        }
    }

    /** What comes of finished latents, in the same order; empty for those that {@linkplain Denoising#failure fail} here. */
    public List<Optional<Media>> decode(List<Denoising> finished) {
        var decoded = new LinkedHashMap<Denoising, Media>();
        Halves.run(finished, some -> {
            var media = output.decode(some, Denoising::latents);
            for (int i = 0; i < some.size(); i++) {
                var item = some.get(i);
                media.get(i).ifPresentOrElse(made -> decoded.put(item, made),
                        () -> item.fail(noNumbers(item.request())));
            }
        }, Denoising::fail);
        return finished.stream().map(item -> Optional.ofNullable(decoded.get(item))).toList();
    }

    /** What they may become, by what the last step took to be behind the noise; empty where that can't be said. */
    public List<Optional<Media>> preview(List<Denoising> going) {
        try {
            return output.decode(going, Denoising::clean);
        } catch (RuntimeException e) {
            LOG.warn("no preview: {}", e.toString());
            return going.stream().map(_ -> Optional.<Media>empty()).toList();
        }
    }

    /** Whose fault that is: what the bundle does of itself was tried when it was trained, what a request asks for was not. */
    private MeshException noNumbers(MediaRequest request) {
        var own = manifest.defaults();
        if (request.guidance() != own.guidance()) {
            return new InvalidInput("guidance_scale %s comes to no numbers here (the model's own is %s)".formatted(
                    request.guidance(), own.guidance()), "guidance_scale");
        }
        if (request.steps() != own.steps()) {
            return new InvalidInput("num_inference_steps %d comes to no numbers here (the model's own is %d)".formatted(
                    request.steps(), own.steps()), "num_inference_steps");
        }
        return new InferenceFailed("what was made came to no numbers");
    }

    /** Makes one item in one step at every size, so that the first request finds everything loaded and allocated. */
    public void warm() {
        for (var size : sizes()) {
            var warmed = begin(new MediaRequest(new float[conditionShape().numbers()], 0, 1, 2, size));
            step(List.of(warmed));
            decode(List.of(warmed));
            var failure = warmed.failure();
            if (failure != null && !(failure instanceof InvalidInput)) { // one step may be too few for numbers
                throw Failures.of(failure, bundle.directory().toString());
            }
        }
    }

    @Override
    public void close() {
        opened.close();
    }
}
