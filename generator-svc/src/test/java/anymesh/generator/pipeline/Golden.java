// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.pipeline;

import anymesh.kit.model.OnnxSettings;
import anymesh.kit.model.SafeTensors;
import anymesh.kit.model.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What PyTorch made of a noise and a condition with a built-in generator: {@code models/fixtures/pipeline-*.safetensors}. */
record Golden(String modality, Map<String, Tensor> tensors, Map<String, String> about) {
    private static final Path MODELS = Path.of(System.getProperty("anymesh.root"), "models");

    static Golden read(String modality) {
        Path file = fixture("pipeline-" + modality + ".safetensors");
        return new Golden(modality, SafeTensors.read(file), SafeTensors.metadata(file));
    }

    static Path fixture(String name) {
        return MODELS.resolve("fixtures").resolve(name);
    }

    DiffusionPipeline load() {
        return DiffusionPipeline.load(MODELS.resolve("toyworld/generator-" + modality), OnnxSettings.cpu(2), 4);
    }

    float[] numbers(String name) {
        return Objects.requireNonNull(tensors.get(name), name).toFloatArray();
    }

    String about(String name) {
        return Objects.requireNonNull(about.get(name), name);
    }

    /** The same noise, condition, steps and guidance, denoised here. */
    Denoising denoised(DiffusionPipeline pipeline) {
        var sizes = pipeline.manifest().output().sizes();
        var request = new MediaRequest(numbers("condition"), 0, Integer.parseInt(about("steps")),
                Float.parseFloat(about("guidance_scale")), sizes.isEmpty() ? null : sizes.getFirst());
        var noise = numbers("initial_latents");
        var denoising = pipeline.begin(request, to -> System.arraycopy(noise, 0, to, 0, noise.length));
        while (!denoising.isFinished()) {
            pipeline.step(List.of(denoising));
        }
        return denoising;
    }

    Media made(DiffusionPipeline pipeline) {
        return pipeline.decode(List.of(denoised(pipeline))).getFirst().orElseThrow();
    }
}
