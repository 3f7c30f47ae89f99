// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.pipeline;

import anymesh.generator.scheduler.NoiseSource;
import anymesh.generator.scheduler.Scheduler;
import anymesh.generator.scheduler.SchedulerRefusedException;
import anymesh.generator.scheduler.TorchGenerator;
import anymesh.kit.model.BundleException;
import anymesh.kit.model.Component;
import anymesh.kit.model.ModelBundle;
import anymesh.kit.model.OnnxSettings;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Text-to-image latent diffusion as diffusers' {@code StableDiffusionPipeline} runs it, over a bundle in Optimum's layout:
 * noise times {@code init_noise_sigma}; at each step the U-Net on the scaled latents, guidance, the scheduler; the latents
 * over {@code scaling_factor} through the VAE's decoder. The condition comes from outside; no prompt is encoded.
 *
 * <p>Requests are batched by the step: {@link #step} advances any number of pictures, which may be at different steps. A
 * picture does not depend on its company but for the last bits of float arithmetic.
 *
 * <p>{@link #begin} may be called by any thread; {@link #step}, {@link #decode}, {@link #warm} and {@link #close} by the worker.
 */
public final class DiffusionPipeline implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DiffusionPipeline.class);
    private static final Set<String> COMPONENTS = Set.of("scheduler", "tokenizer", "text_encoder", "unet",
            "vae_decoder",
            "vae_encoder", "vae", "feature_extractor");

    private final ModelBundle bundle;
    private final GeneratorManifest manifest;
    private final Scheduler scheduler;
    private final VaeConfig vae;
    private final NegativePrompt negative;
    private final Denoiser denoiser;
    private final LatentDecoder decoder;

    private DiffusionPipeline(ModelBundle bundle, GeneratorManifest manifest, OnnxSettings settings, int decodeAtOnce) {
        this.bundle = bundle;
        this.manifest = manifest;
        var defaults = manifest.defaults();
        scheduler = scheduler(bundle, defaults.maxSteps());
        vae = VaeConfig.read(bundle, defaults.nativeSize());
        for (var size : defaults.sizes()) {
            if (size.width() % vae.factor() != 0 || size.height() % vae.factor() != 0) {
                throw new BundleException("%s/manifest.json: pipeline.sizes: %s (expected: multiples of %d)".formatted(
                        bundle.directory(), size, vae.factor()));
            }
        }
        negative = NegativePrompt.load(bundle, settings);
        denoiser = Denoiser.load(bundle, settings, vae, negative, defaults.sizes());
        try {
            decoder = LatentDecoder.load(bundle, settings, vae, decodeAtOnce);
        } catch (RuntimeException e) {
            denoiser.close();
            throw e;
        }
    }

    /**
     * Loads a bundle. Throws {@link BundleException} if it asks for anything that this pipeline would do wrongly.
     *
     * @param decodeAtOnce the most pictures that the VAE decodes in one run
     */
    public static DiffusionPipeline load(Path directory, OnnxSettings settings, int decodeAtOnce) {
        var bundle = ModelBundle.open(directory, Component.MODALITY_GENERATOR);
        checkComponents(bundle);
        return new DiffusionPipeline(bundle, GeneratorManifest.of(bundle), settings, decodeAtOnce);
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

    /** Draws the first latents. The request must have been checked against the manifest and the condition's shape. */
    public Denoising begin(PictureRequest request) {
        return begin(request, new TorchGenerator(request.seed()));
    }

    Denoising begin(PictureRequest request, NoiseSource noise) {
        var sampler = scheduler.start(request.steps(), noise);
        var latents = new float[vae.numbers(request.size())];
        noise.fill(latents);
        for (int k = 0; k < latents.length; k++) {
            latents[k] *= sampler.initNoiseSigma();
        }
        return new Denoising(request, sampler, latents);
    }

    /** Advances every picture by one step; none may be finished. */
    public void step(List<Denoising> active) {
        denoiser.step(active);
    }

    /**
     * The pictures of finished latents, in the same order. One that has gone beyond all numbers (a guidance or a condition too
     * strong for the denoiser) is empty and leaves the others alone.
     */
    public List<Optional<Picture>> decode(List<Denoising> finished) {
        var bySize = new LinkedHashMap<PictureSize, List<float[]>>();
        for (var picture : finished) {
            bySize.computeIfAbsent(picture.request().size(), _ -> new ArrayList<>()).add(picture.latents());
        }
        var decoded = new LinkedHashMap<PictureSize, Iterator<Optional<Picture>>>();
        bySize.forEach((size, latents) -> decoded.put(size, decoder.decode(latents, size).iterator()));
        return finished.stream().map(p -> Objects.requireNonNull(decoded.get(p.request().size())).next()).toList();
    }

    /** Makes one picture in one step at every size, so that the first request finds everything loaded and allocated. */
    public void warm() {
        for (var size : manifest.defaults().sizes()) {
            var warmed = begin(new PictureRequest(new float[conditionShape().numbers()], 0, 1, 2, size));
            step(List.of(warmed));
            decode(List.of(warmed)).getFirst().ifPresent(Picture::png);
        }
    }

    @Override
    public void close() {
        denoiser.close();
        decoder.close();
    }
}
