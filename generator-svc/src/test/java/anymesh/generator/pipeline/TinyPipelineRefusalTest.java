// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.kit.model.BundleException;
import anymesh.kit.model.OnnxSettings;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a bundle may ask for and not get: refused when it is loaded, by the name of what is wrong. */
class TinyPipelineRefusalTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', value = {
        "scheduler/scheduler_config.json, `{'_class_name': 'LCMScheduler'}`, LCMScheduler",
        "scheduler/scheduler_config.json, `{'_class_name': 'DPMSolverMultistepScheduler', 'algorithm_type': 'sde-dpmsolver++'}`, sde-dpmsolver++",
        "scheduler/scheduler_config.json, `{'_class_name': 'DDIMScheduler', 'num_train_timesteps': 500}`, 500",
        "scheduler/scheduler_config.json, `{`, no JSON",
        "model_index.json, `{'text_encoder_2': ['transformers', 'CLIPTextModelWithProjection']}`, text_encoder_2",
        "unet/config.json, `{'time_cond_proj_dim': 256}`, time_cond_proj_dim",
        "vae_decoder/config.json, `{'block_out_channels': [1, 2, 3, 4, 5, 6]}`, pipeline.sizes",
        "vae_decoder/config.json, `{'latents_mean': [0, 0, 0, 0], 'block_out_channels': [8, 8]}`, latents_mean",
        "vae_decoder/config.json, `{'latent_channels': 8, 'block_out_channels': [8, 8]}`, unet/model.onnx: sample",
        "vae_decoder/config.json, `{'scaling_factor': 0, 'block_out_channels': [8, 8]}`, scaling_factor",
        "tokenizer/tokenizer_config.json, `{'model_max_length': 4}`, pad_token",
        "tokenizer/tokenizer_config.json, `{'model_max_length': 4, 'pad_token': '<none>'}`, <none>"})
    void aFileThatAsksForWhatIsNotDoneIsRefused(String file, String json, String named) {
        assertRefused(new TinyBundle().json(file, json), named);
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', value = {
        "`\"modality\": \"image\"`, `\"modality\": \"smell\"`, `smell (expected: one of image, audio, video)`",
        "`\"size\": \"16x16\"`, `\"size\": \"big\"`, big", "`\"16x16\", \"24x16\"`, `\"17x16\"`, 17x16",
        "`\"guidance_scale\": 2.0`, `\"guidance_scale\": 2.0, \"max_guidance_scale\": 1.5`, guidance_scale",
        "`\"guidance_scale\": 2.0`, `\"guidance_scale\": 2.0, \"max_guidance_scale\": 51`, max_guidance_scale",
        "`\"guidance_scale\": 2.0`, `\"guidance_scale\": -1`, guidance_scale",
        "`\"max_inference_steps\": 1000`, `\"max_inference_steps\": 4`, num_inference_steps",
        "`\"max_inference_steps\": 1000`, `\"max_inference_steps\": 1001`, 1001", "`\"accepts\"`, `\"takes\"`, accepts",
        "`\"pipeline\"`, `\"pipe\"`, pipeline"})
    void aManifestThatIsWrongIsRefused(String part, String by, String named) {
        assertRefused(new TinyBundle().manifest(part, by), named);
    }

    @Test
    void aDenoiserWithInputsThatNobodyFillsIsRefused() {
        assertRefused(new TinyBundle().resource("unet/model.onnx", "unet-extra.onnx"), "text_embeds");
    }

    @Test
    void aDecoderThatIsNoneIsRefused() {
        assertRefused(new TinyBundle().resource("vae_decoder/model.onnx", "text_encoder.onnx"), "vae_decoder");
    }

    @Test
    void theScaleOfAVaeThatDoesNotSayItComesFromTheSizes() {
        var bundle = new TinyBundle().json("vae_decoder/config.json", "{'scaling_factor': 1}");
        try (var pipeline = DiffusionPipeline.load(bundle.write(folder), OnnxSettings.cpu(1), 1)) {
            pipeline.warm();
        }
        assertRefused(bundle.json("unet/config.json", "{'in_channels': 4, 'sample_size': [5, 8]}"),
                "block_out_channels");
    }

    @Test
    void paddingGoesToTheSideThatTheTokenizerSays() {
        var bundle = new TinyBundle().json("tokenizer/tokenizer_config.json",
                "{'model_max_length': 1e30, 'pad_token': {'content': '</s>'}, 'padding_side': 'left'}");
        try (var pipeline = DiffusionPipeline.load(bundle.write(folder), OnnxSettings.cpu(1), 1)) {
            var firstOfEach = new float[]{0, 5, 10, 15};
            for (int i = 0; i < 4; i++) {
                firstOfEach[i] = pipeline.negative().numbers()[(int) firstOfEach[i]];
            }
            assertThat(firstOfEach).containsExactly(2, 2, 1, 2);
        }
    }

    private void assertRefused(TinyBundle bundle, String named) {
        var directory = bundle.write(folder);
        assertThatThrownBy(() -> DiffusionPipeline.load(directory, OnnxSettings.cpu(1), 1).close())
                .isInstanceOf(BundleException.class).hasMessageContaining(named);
    }
}
