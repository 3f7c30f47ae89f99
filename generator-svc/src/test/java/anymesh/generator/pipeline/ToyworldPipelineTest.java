// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import anymesh.kit.model.OnnxSettings;
import anymesh.kit.model.SafeTensors;
import anymesh.kit.model.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The built-in generator against what PyTorch made of the same noise and condition ({@code models/fixtures/pipeline-image.*}). */
class ToyworldPipelineTest {
    private static final Path MODELS = Path.of(System.getProperty("anymesh.root"), "models");
    private static final Map<String, Tensor> GOLDEN = SafeTensors
            .read(MODELS.resolve("fixtures/pipeline-image.safetensors"));
    private static final Map<String, String> ABOUT = SafeTensors
            .metadata(MODELS.resolve("fixtures/pipeline-image.safetensors"));

    @SuppressWarnings("NullAway.Init")
    private static DiffusionPipeline pipeline;

    @BeforeAll
    static void load() {
        pipeline = DiffusionPipeline.load(MODELS.resolve("toyworld/generator-image"), OnnxSettings.cpu(2), 4);
        pipeline.warm();
    }

    @AfterAll
    static void close() {
        pipeline.close();
    }

    @Test
    void theNegativeConditionIsPythons() {
        assertThat(pipeline.negative().numbers()).containsExactly(golden("negative"), within(1e-4f));
    }

    @Test
    void fromPythonsNoiseComesPythonsPicture() throws IOException {
        int steps = Integer.parseInt(Objects.requireNonNull(ABOUT.get("steps")));
        float guidance = Float.parseFloat(Objects.requireNonNull(ABOUT.get("guidance_scale")));
        var request = new MediaRequest(golden("condition"), 0, steps, guidance,
                pipeline.manifest().output().sizes().getFirst());
        var picture = finish(
                List.of(pipeline.begin(request, noise -> System.arraycopy(golden("initial_latents"), 0, noise, 0,
                        noise.length))))
                .getFirst();
        var expected = Pixels.of(MODELS.resolve("fixtures").resolve(Objects.requireNonNull(ABOUT.get("picture"))));
        assertThat(Pixels.difference(picture.rgb(), expected)).isLessThanOrEqualTo(2);
    }

    @Test
    void latentsAfterAllStepsArePythons() {
        int steps = Integer.parseInt(Objects.requireNonNull(ABOUT.get("steps")));
        float guidance = Float.parseFloat(Objects.requireNonNull(ABOUT.get("guidance_scale")));
        var request = new MediaRequest(golden("condition"), 0, steps, guidance,
                pipeline.manifest().output().sizes().getFirst());
        var denoising = pipeline.begin(request,
                noise -> System.arraycopy(golden("initial_latents"), 0, noise, 0, noise.length));
        finish(List.of(denoising));
        assertThat(denoising.latents()).containsExactly(golden("final_latents"), within(5e-3f));
    }

    @Test
    void aPictureDoesNotDependOnThoseMadeBesideIt() {
        var requests = List.of(request(11, 8, 3), request(12, 5, 1), request(13, 8, 3), request(14, 6, 5));
        var alone = requests.stream().map(r -> finish(List.of(pipeline.begin(r))).getFirst().rgb()).toList();
        var together = finish(requests.stream().map(pipeline::begin).toList());
        for (int i = 0; i < requests.size(); i++) {
            assertThat(Pixels.difference(together.get(i).rgb(), alone.get(i))).as("picture %d", i)
                    .isLessThanOrEqualTo(2);
        }
    }

    @Test
    void aSeedMeansAPicture() {
        var first = finish(List.of(pipeline.begin(request(5, 4, 3)))).getFirst();
        assertThat(finish(List.of(pipeline.begin(request(5, 4, 3)))).getFirst().rgb()).containsExactly(first.rgb());
        assertThat(finish(List.of(pipeline.begin(request(6, 4, 3)))).getFirst().rgb()).isNotEqualTo(first.rgb());
    }

    private static MediaRequest request(long seed, int steps, float guidance) {
        return new MediaRequest(golden("condition"), seed, steps, guidance,
                pipeline.manifest().output().sizes().getFirst());
    }

    private static List<Picture> finish(List<Denoising> pictures) {
        var active = new ArrayList<>(pictures);
        while (!active.isEmpty()) {
            pipeline.step(active);
            active.removeIf(Denoising::isFinished);
        }
        return pipeline.decode(pictures).stream().map(Optional::orElseThrow).map(Picture.class::cast).toList();
    }

    private static float[] golden(String name) {
        return Objects.requireNonNull(GOLDEN.get(name), name).toFloatArray();
    }
}
