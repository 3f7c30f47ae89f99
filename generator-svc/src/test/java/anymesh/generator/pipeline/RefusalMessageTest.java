// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.kit.model.BundleException;
import anymesh.kit.model.OnnxModel;
import anymesh.kit.model.OnnxSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What whoever made a bundle is told that can't be loaded, to the letter: one sentence with the file, what is there and what was
 * expected. These are the kinds that {@code python -m toyworld.candidates} makes of the built-in generator.
 */
class RefusalMessageTest {
    private static final String UNET = "unet/model.onnx";

    @TempDir
    Path folder;

    private int open;

    @BeforeEach
    void count() {
        open = OnnxModel.open();
    }

    @AfterEach
    void nothingStaysOpen() {
        assertThat(OnnxModel.open()).isEqualTo(open);
    }

    @Test
    void aMissingFile() throws IOException {
        Files.delete(new TinyBundle().write(folder).resolve(UNET));
        assertRefused("/unet/model.onnx: no such file (expected: all that manifest.json lists)");
    }

    @Test
    void aChangedFile() throws IOException {
        Files.writeString(new TinyBundle().write(folder).resolve("unet/config.json"), "{}");
        assertThatThrownBy(this::load).isInstanceOf(BundleException.class).hasMessageMatching(
                "\\Q%s\\E/unet/config.json: sha256 \\p{XDigit}{64} \\(expected: \\p{XDigit}{64}, which manifest.json says\\)"
                        .formatted(folder));
    }

    @Test
    void noManifest() throws IOException {
        Files.delete(new TinyBundle().write(folder).resolve("manifest.json"));
        assertRefused("/manifest.json: no such file (expected: the bundle's manifest)");
    }

    @Test
    void anotherComponent() {
        new TinyBundle().manifest("modality_generator", "output_projector").write(folder);
        assertRefused("/manifest.json: component output_projector (expected: modality_generator)");
    }

    @Test
    void aNumberThatIsNone() {
        new TinyBundle().manifest("\"guidance_scale\": 2.0", "\"guidance_scale\": \"much\"").write(folder);
        assertRefused("/manifest.json: pipeline.guidance_scale: \"much\" (expected: a number)");
    }

    @Test
    void anUnknownScheduler() {
        new TinyBundle().json("scheduler/scheduler_config.json", "{'_class_name': 'UniPCMultistepScheduler'}")
                .write(folder);
        assertRefused("/scheduler/scheduler_config.json: scheduler _class_name \"UniPCMultistepScheduler\" is not "
                + "supported (supported: DDIMScheduler, EulerDiscreteScheduler, DPMSolverMultistepScheduler)");
    }

    @Test
    void anotherNameForTheTokens() {
        new TinyBundle().bytes("text_encoder/model.onnx", "input_ids", "token_ids").write(folder);
        assertRefused("/text_encoder/model.onnx has no input 'input_ids' (it has: [token_ids])");
    }

    @Test
    void otherNamesOfTheDenoisersInputsAreNoFault() {
        new TinyBundle().bytes(UNET, "encoder_hidden_states", "projected_embeddings_").write(folder);
        load();
    }

    @Test
    void conditionsOfAnotherWidthThanTheTextEncoders() {
        new TinyBundle().bytes(UNET, "tokens\n\u0002\b\u0005", "tokens\n\u0002\b\u0006").write(folder);
        assertRefused("/unet/model.onnx: encoder_hidden_states has shape [-1, -1, 6] (expected: 5 at axis 2, which "
                + "text_encoder/model.onnx gives)");
    }

    @Test
    void latentsOfAnotherShapeThanTheDecoders() {
        new TinyBundle().json("vae_decoder/config.json", "{'latent_channels': 8, 'block_out_channels': [8, 8]}")
                .write(folder);
        assertRefused(
                "/unet/model.onnx: sample has shape [-1, 4, -1, -1] (expected: 8 at axis 1, which manifest.json's "
                        + "pipeline and vae_decoder/config.json say)");
    }

    @Test
    void anotherModelInThePlaceOfTheDenoiser() {
        new TinyBundle().resource(UNET, "text_encoder.onnx").write(folder);
        assertRefused("/unet/model.onnx: 0 of its inputs [input_ids INT64[-1, -1]] can be the latents of 4 axes "
                + "(expected: one)");
    }

    @Test
    void aFileThatIsNoModel() {
        new TinyBundle().json(UNET, "no model").write(folder);
        assertRefused(
                "/unet/model.onnx: no ONNX protobuf, or not all of one: Protocol message tag had invalid wire type.");
    }

    private void assertRefused(String message) {
        assertThatThrownBy(this::load).isInstanceOf(BundleException.class).hasMessage(folder + message);
    }

    private void load() {
        DiffusionPipeline.load(folder, OnnxSettings.cpu(1), 1).close();
    }
}
