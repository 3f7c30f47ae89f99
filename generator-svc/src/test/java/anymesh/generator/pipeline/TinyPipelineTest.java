// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import anymesh.generator.scheduler.Scheduler;
import anymesh.generator.scheduler.TorchGenerator;
import anymesh.kit.model.OnnxSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The pipeline around networks that are formulas, against the same sum written out here. */
class TinyPipelineTest {
    /** {@code <s> </s> <pad> <pad>} = 1 2 0 0, and token i is the row i, i + 0.1 … i + 0.4. */
    private static final float MEAN_OF_EMPTY_PROMPT = 0.75f + 0.2f;

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"unet-batch, 1e-5", "unet-scalar, 1e-5", "unet-one, 1e-5", "unet-float, 1e-5", "unet-half, 2e-2"})
    void everyFormOfUnetDenoisesByItsFormula(String unet, float tolerance) {
        try (var pipeline = load(new TinyBundle().resource("unet/model.onnx", unet + ".onnx"))) {
            var guided = pipeline.begin(request(1, 4, 3, TinyBundle.SMALL));
            var unguided = pipeline.begin(request(2, 4, 1, TinyBundle.SMALL));
            while (!guided.isFinished()) {
                pipeline.step(List.of(guided, unguided));
            }
            assertThat(guided.latents()).containsExactly(byHand(request(1, 4, 3, TinyBundle.SMALL), "DDIM"),
                    within(tolerance));
            assertThat(unguided.latents()).containsExactly(byHand(request(2, 4, 1, TinyBundle.SMALL), "DDIM"),
                    within(tolerance));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"EulerDiscreteScheduler", "DPMSolverMultistepScheduler"})
    void schedulersGetTheSampleAndTheNetworkItsScaledForm(String scheduler) {
        try (var pipeline = load(new TinyBundle().json("scheduler/scheduler_config.json",
                "{'_class_name': '" + scheduler + "', 'timestep_spacing': 'leading', 'steps_offset': 1}"))) {
            var picture = pipeline.begin(request(1, 6, 3, TinyBundle.SMALL));
            while (!picture.isFinished()) {
                pipeline.step(List.of(picture));
            }
            assertThat(picture.latents()).containsExactly(byHand(request(1, 6, 3, TinyBundle.SMALL), scheduler),
                    within(1e-3f));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"unet-batch", "unet-scalar"})
    void aPictureIsTheSameInWhateverCompanyItIsMade(String unet) {
        try (var pipeline = load(new TinyBundle().resource("unet/model.onnx", unet + ".onnx"))) {
            var requests = List.of(request(1, 9, 3, TinyBundle.SMALL), request(2, 5, 1, TinyBundle.WIDE),
                    request(3, 9, 0, TinyBundle.SMALL), request(4, 7, 7.5f, TinyBundle.WIDE),
                    request(5, 9, 2, TinyBundle.SMALL));
            var alone = requests.stream().map(r -> {
                var picture = pipeline.begin(r);
                while (!picture.isFinished()) {
                    pipeline.step(List.of(picture));
                }
                return picture(pipeline.decode(List.of(picture)).getFirst()).rgb();
            }).toList();

            var together = requests.stream().map(pipeline::begin).toList();
            var active = new ArrayList<Denoising>();
            // They join one after the other and leave when they are done.
            for (int step = 0; active.size() + step == 0 || !active.isEmpty() || step < together.size(); step++) {
                if (step < together.size()) {
                    active.add(together.get(step));
                }
                pipeline.step(active);
                active.removeIf(Denoising::isFinished);
            }
            var decoded = pipeline.decode(together).stream().map(TinyPipelineTest::picture).toList();
            for (int i = 0; i < requests.size(); i++) {
                assertThat(decoded.get(i).size()).isEqualTo(requests.get(i).size());
                assertThat(decoded.get(i).rgb()).as("picture %d", i).containsExactly(alone.get(i));
            }
        }
    }

    @Test
    void pixelsAreUnscaledShiftedClampedAndRoundedHalfToEven() {
        try (var pipeline = load(new TinyBundle())) {
            // Decoded is latents / 0.5 + 0.25, a pixel (decoded / 2 + 0.5) * 255.
            var row = new float[]{-10, 10, -0.625f, -0.125f, 0.125f, 0, 0.0029411765f * 0.5f - 0.125f, 0.375f};
            var picture = pipeline.begin(request(0, 1, 1, TinyBundle.SMALL), noise -> {
                for (int k = 0; k < noise.length; k++) {
                    noise[k] = row[k % row.length];
                }
            });
            var pixels = picture(pipeline.decode(List.of(picture)).getFirst()).rgb();
            var line = new int[row.length];
            for (int x = 0; x < line.length; x++) {
                line[x] = pixels[2 * x * 3] & 0xff;
                assertThat(pixels[(2 * x + 1) * 3]).as("each latent is two pixels wide").isEqualTo(pixels[2 * x * 3]);
            }
            assertThat(line).containsExactly(0, 255, 0, 128, 191, 159, 128, 255);
        }
    }

    @Test
    void theNegativeConditionIsTheTextEncodersViewOfThePaddedEmptyPrompt() {
        for (var encoder : List.of("text_encoder.onnx", "text_encoder-int32.onnx")) {
            try (var pipeline = load(new TinyBundle().resource("text_encoder/model.onnx", encoder))) {
                assertThat(pipeline.conditionShape()).isEqualTo(new ConditionShape(4, 5));
                assertThat(pipeline.negative().numbers())
                        .containsExactly(new float[]{1, 1.1f, 1.2f, 1.3f, 1.4f, 2, 2.1f, 2.2f, 2.3f,
                            2.4f, 0, 0.1f, 0.2f, 0.3f, 0.4f, 0, 0.1f, 0.2f, 0.3f, 0.4f}, within(1e-6f));
            }
        }
    }

    private DiffusionPipeline load(TinyBundle bundle) {
        return DiffusionPipeline.load(bundle.write(folder), OnnxSettings.cpu(1), 2);
    }

    private static Picture picture(Optional<Media> made) {
        return (Picture) made.orElseThrow();
    }

    private static MediaRequest request(int seed, int steps, float guidance, PictureSize size) {
        var condition = new float[20];
        Arrays.fill(condition, seed * 1.5f);
        return new MediaRequest(condition, seed, steps, guidance, size);
    }

    /** x/2 + t/1000 + mean(c)/10, with guidance, stepped by the scheduler. */
    private static float[] byHand(MediaRequest request, String scheduler) {
        var noise = new TorchGenerator(request.seed());
        var config = scheduler.equals("DDIM")
                ? "{\"_class_name\": \"DDIMScheduler\", \"clip_sample\": false}"
                : "{\"_class_name\": \"" + scheduler + "\", \"timestep_spacing\": \"leading\", \"steps_offset\": 1}";
        var sampler = Scheduler.parse(config).start(request.steps(), noise);
        var latents = new float[4 * 8 * 8];
        noise.fill(latents);
        for (int k = 0; k < latents.length; k++) {
            latents[k] *= sampler.initNoiseSigma();
        }
        float condition = request.condition()[0];
        float guided = request.guidance() > 1
                ? MEAN_OF_EMPTY_PROMPT + request.guidance() * (condition - MEAN_OF_EMPTY_PROMPT)
                : condition;
        var output = new float[latents.length];
        for (int i = 0; i < sampler.steps(); i++) {
            for (int k = 0; k < latents.length; k++) {
                output[k] = latents[k] / sampler.inputDivisor(i) / 2 + (float) sampler.timestep(i) / 1000 + guided / 10;
            }
            sampler.step(i, output, latents);
        }
        return latents;
    }
}
