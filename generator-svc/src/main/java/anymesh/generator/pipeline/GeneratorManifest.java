// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.pipeline;

import anymesh.kit.catalogue.Modalities;
import anymesh.kit.model.BundleException;
import anymesh.kit.model.ModelBundle;
import anymesh.v1.Modality;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a generator's manifest adds to the pipeline's own files; docs/bundles.md describes the keys.
 *
 * @param accepts the space of H_X
 * @param tasks what it does besides making its media: {@code speech}
 */
public record GeneratorManifest(Modality modality, String accepts, Defaults defaults, Output output,
        List<String> tasks) {
    public GeneratorManifest {
        tasks = List.copyOf(tasks);
    }

    private static final float MAX_GUIDANCE = 50;

    /**
     * What a request gets that asks for nothing, and how far it may go.
     *
     * @param maxGuidance 1 for a denoiser that guidance was distilled into
     */
    public record Defaults(float guidance, float maxGuidance, int steps, int maxSteps) {}

    /** What comes out, and in which sizes it may be asked for. */
    public sealed interface Output {
        /** The first is the native one; none for what has no size. */
        List<PictureSize> sizes();

        /** How long it is; 0 for what has no length. */
        double seconds();
    }

    /** Pictures of these sizes. */
    public record Pictures(List<PictureSize> sizes) implements Output {
        @Override
        public double seconds() {
            return 0;
        }
    }

    /**
     * Sounds of one length.
     *
     * @param latents channels, height and width
     * @param seconds how long a sound is
     */
    public record Sounds(List<Long> latents, double seconds) implements Output {
        @Override
        public List<PictureSize> sizes() {
            return List.of();
        }
    }

    /** Films of these sizes, with so many frames each. */
    public record Clips(List<PictureSize> sizes, int frames, double framesPerSecond) implements Output {
        @Override
        public double seconds() {
            return frames / framesPerSecond;
        }
    }

    /** Reads and checks the manifest; {@link BundleException} names the key that is wrong. */
    public static GeneratorManifest of(ModelBundle bundle) {
        var json = bundle.manifestAs(Json.class);
        var pipeline = present(bundle, "pipeline", json.pipeline);
        float guidance = present(bundle, "pipeline.guidance_scale", pipeline.guidance);
        int steps = present(bundle, "pipeline.num_inference_steps", pipeline.steps);
        int maxSteps = present(bundle, "pipeline.max_inference_steps", pipeline.maxSteps);
        float maxGuidance = pipeline.maxGuidance == null ? MAX_GUIDANCE : pipeline.maxGuidance;
        if (!(maxGuidance >= 0 && maxGuidance <= MAX_GUIDANCE)) {
            throw wrong(bundle, "pipeline.max_guidance_scale", maxGuidance + " (expected: 0 to 50)");
        }
        if (!(guidance >= 0 && guidance <= maxGuidance)) {
            throw wrong(bundle, "pipeline.guidance_scale", guidance + " (expected: 0 to " + maxGuidance + ")");
        }
        if (steps < 1 || maxSteps < steps) {
            throw wrong(bundle, "pipeline.num_inference_steps",
                    steps + " (expected: 1 to max_inference_steps, " + maxSteps + ")");
        }
        var modality = modality(bundle, present(bundle, "modality", json.modality));
        return new GeneratorManifest(modality, present(bundle, "accepts", json.accepts),
                new Defaults(guidance, maxGuidance, steps, maxSteps), output(bundle, modality, pipeline),
                tasks(bundle, modality, json.tasks));
    }

    private static List<String> tasks(ModelBundle bundle, Modality modality, @Nullable List<String> tasks) {
        if (tasks == null) {
            return List.of();
        }
        var known = modality == Modality.AUDIO ? List.of("speech") : List.<String>of();
        if (!known.containsAll(tasks)) {
            throw wrong(bundle, "tasks", tasks + " (expected: of " + known + ")");
        }
        return tasks;
    }

    private static Output output(ModelBundle bundle, Modality modality, JsonPipeline pipeline) {
        return switch (modality) {
            case IMAGE -> new Pictures(sizes(bundle, pipeline));
            case AUDIO -> new Sounds(latents(bundle, present(bundle, "pipeline.latents", pipeline.latents)),
                    positive(bundle, "pipeline.seconds", pipeline.seconds));
            case VIDEO -> new Clips(sizes(bundle, pipeline),
                    (int) positive(bundle, "pipeline.num_frames", pipeline.frames),
                    positive(bundle, "pipeline.fps", pipeline.framesPerSecond));
            case TEXT, MODALITY_UNSPECIFIED, UNRECOGNIZED ->
                throw wrong(bundle, "modality", modality + " (expected: image, audio or video)");
        };
    }

    private static List<Long> latents(ModelBundle bundle, List<Long> axes) {
        if (axes.size() != 3 || axes.stream().anyMatch(axis -> axis < 1)) {
            throw wrong(bundle, "pipeline.latents", axes + " (expected: channels, height and width)");
        }
        return axes;
    }

    private static double positive(ModelBundle bundle, String key, @Nullable Number value) {
        double number = present(bundle, key, value).doubleValue();
        if (!(number > 0)) {
            throw wrong(bundle, key, number + " (expected: > 0)");
        }
        return number;
    }

    private static Modality modality(ModelBundle bundle, String name) {
        return Modalities.medium(name).orElseThrow(() -> wrong(bundle, "modality",
                "%s (expected: one of %s)".formatted(name, Modalities.names(Modalities.MEDIA))));
    }

    private static List<PictureSize> sizes(ModelBundle bundle, JsonPipeline pipeline) {
        try {
            var first = PictureSize.parse(present(bundle, "pipeline.size", pipeline.size));
            var all = new LinkedHashSet<>(List.of(first));
            present(bundle, "pipeline.sizes", pipeline.sizes).forEach(size -> all.add(PictureSize.parse(size)));
            return List.copyOf(all);
        } catch (IllegalArgumentException e) {
            throw wrong(bundle, "pipeline.sizes", String.valueOf(e.getMessage()));
        }
    }

    private static <T> T present(ModelBundle bundle, String key, @Nullable T value) {
        if (value == null) {
            throw wrong(bundle, key, "absent");
        }
        return value;
    }

    private static BundleException wrong(ModelBundle bundle, String key, String what) {
        return new BundleException("%s/manifest.json: %s: %s".formatted(bundle.directory(), key, what));
    }

    private record Json(@Nullable String modality, @Nullable String accepts, @Nullable JsonPipeline pipeline,
            @Nullable List<String> tasks) {}

    private record JsonPipeline(@Nullable @JsonProperty("guidance_scale") Float guidance,
            @Nullable @JsonProperty("max_guidance_scale") Float maxGuidance,
            @Nullable @JsonProperty("num_inference_steps") Integer steps,
            @Nullable @JsonProperty("max_inference_steps") Integer maxSteps, @Nullable List<String> sizes,
            @Nullable String size, @Nullable List<Long> latents, @Nullable Double seconds,
            @Nullable @JsonProperty("num_frames") Integer frames,
            @Nullable @JsonProperty("fps") Double framesPerSecond) {}
}
