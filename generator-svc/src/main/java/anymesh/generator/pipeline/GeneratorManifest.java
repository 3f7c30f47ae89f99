// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.pipeline;

import anymesh.kit.model.BundleException;
import anymesh.kit.model.ModelBundle;
import anymesh.v1.Modality;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a generator's manifest adds to the pipeline's own files; docs/bundles.md describes the keys.
 *
 * @param accepts the space of H_X
 */
public record GeneratorManifest(Modality modality, String accepts, Defaults defaults) {

    public static final float MAX_GUIDANCE = 50;

    /** What a request gets that asks for nothing, and how far it may go. The first of the sizes is the native one. */
    public record Defaults(float guidance, int steps, int maxSteps, List<PictureSize> sizes) {

        public PictureSize nativeSize() {
            return sizes.getFirst();
        }
    }

    /** Reads and checks the manifest; {@link BundleException} names the key that is wrong. */
    static GeneratorManifest of(ModelBundle bundle) {
        var json = bundle.manifestAs(Json.class);
        var pipeline = present(bundle, "pipeline", json.pipeline);
        float guidance = present(bundle, "pipeline.guidance_scale", pipeline.guidance);
        int steps = present(bundle, "pipeline.num_inference_steps", pipeline.steps);
        int maxSteps = present(bundle, "pipeline.max_inference_steps", pipeline.maxSteps);
        if (!(guidance >= 0 && guidance <= MAX_GUIDANCE)) {
            throw wrong(bundle, "pipeline.guidance_scale", guidance + " (expected: 0 to 50)");
        }
        if (steps < 1 || maxSteps < steps) {
            throw wrong(bundle, "pipeline.num_inference_steps",
                    steps + " (expected: 1 to max_inference_steps, " + maxSteps + ")");
        }
        return new GeneratorManifest(modality(bundle, present(bundle, "modality", json.modality)),
                present(bundle, "accepts", json.accepts),
                new Defaults(guidance, steps, maxSteps, sizes(bundle, pipeline)));
    }

    private static Modality modality(ModelBundle bundle, String name) {
        for (var modality : Modality.values()) {
            if (modality.name().toLowerCase(Locale.ROOT).equals(name) && modality != Modality.MODALITY_UNSPECIFIED) {
                return modality;
            }
        }
        throw wrong(bundle, "modality", name);
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

    private record Json(@Nullable String modality, @Nullable String accepts, @Nullable JsonPipeline pipeline) {}

    private record JsonPipeline(@Nullable @JsonProperty("guidance_scale") Float guidance,
            @Nullable @JsonProperty("num_inference_steps") Integer steps,
            @Nullable @JsonProperty("max_inference_steps") Integer maxSteps, @Nullable List<String> sizes,
            @Nullable String size) {}
}
