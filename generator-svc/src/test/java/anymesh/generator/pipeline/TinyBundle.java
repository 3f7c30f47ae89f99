// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.pipeline;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * A bundle of the formulas that src/test/python/tiny_pipeline.py wrote, with whatever a test wants different: conditions of
 * 4 x 5 numbers, pictures of 16x16 (native) and 24x16 pixels from latents half as wide, at most 1000 steps.
 */
public final class TinyBundle {
    public static final String SPACE = "tiny-cond-4x5";
    public static final PictureSize SMALL = new PictureSize(16, 16);
    public static final PictureSize WIDE = new PictureSize(24, 16);

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Map<String, byte[]> files = new TreeMap<>();
    private String manifest = """
            {"schema": 1, "bundle": "tiny", "version": "1.2.3", "component": "modality_generator", "license": "Apache-2.0", "precision": "fp32",
             "modality": "image", "accepts": "tiny-cond-4x5",
             "pipeline": {"guidance_scale": 2.0, "num_inference_steps": 5, "max_inference_steps": 1000,
                          "sizes": ["16x16", "24x16"], "size": "16x16"}}""";

    public TinyBundle() {
        json("model_index.json", """
                {"_class_name": "StableDiffusionPipeline", "scheduler": ["diffusers", "DDIMScheduler"],
                 "safety_checker": [null, null], "unet": ["diffusers", "OnnxRuntimeModel"],
                 "vae_decoder": ["diffusers", "OnnxRuntimeModel"], "requires_safety_checker": false}""");
        json("scheduler/scheduler_config.json", """
                {"_class_name": "DDIMScheduler", "clip_sample": false, "steps_offset": 0}""");
        json("unet/config.json", "{\"in_channels\": 4, \"sample_size\": 8}");
        json("vae_decoder/config.json", """
                {"latent_channels": 4, "scaling_factor": 0.5, "shift_factor": 0.25, "block_out_channels": [8, 8]}""");
        json("text_encoder/config.json", "{\"max_position_embeddings\": 4}");
        json("tokenizer/tokenizer_config.json", "{\"model_max_length\": 4, \"pad_token\": \"<pad>\"}");
        resource("tokenizer/tokenizer.json", "tokenizer.json");
        resource("unet/model.onnx", "unet-batch.onnx");
        resource("vae_decoder/model.onnx", "vae_decoder.onnx");
        resource("text_encoder/model.onnx", "text_encoder.onnx");
    }

    /** One of sounds: 2.048 s at 16 kHz, cut to 2 s, from latents of 8 x 16 x 8. */
    public static TinyBundle ofSounds() {
        return new TinyBundle().manifest("\"image\"", "\"audio\"")
                .manifest("\"sizes\": [\"16x16\", \"24x16\"], \"size\": \"16x16\"",
                        "\"latents\": [8, 16, 8], \"seconds\": 2.0")
                .json("vocoder/config.json", "{'sampling_rate': 16000, 'model_in_dim': 64, 'hop_length': 256}")
                .resource("vocoder/model.onnx", "vocoder.onnx").resource("unet/model.onnx", "unet-sound.onnx")
                .resource("vae_decoder/model.onnx", "vae-sound.onnx");
    }

    /** One of films: five frames, eight a second, in the sizes of the pictures. */
    public static TinyBundle ofFilms() {
        return new TinyBundle().manifest("\"image\"", "\"video\"")
                .manifest("\"size\": \"16x16\"", "\"size\": \"16x16\", \"num_frames\": 5, \"fps\": 8")
                .resource("unet/model.onnx", "unet-film.onnx");
    }

    /** Puts a JSON file in the place of the one that is there. */
    public TinyBundle json(String path, String text) {
        files.put(path, text.replace("'", "\"").getBytes(StandardCharsets.UTF_8));
        return this;
    }

    /** Puts one of the files of tiny-pipeline/ in the place of the one that is there. */
    public TinyBundle resource(String path, String name) {
        try (var in = Objects.requireNonNull(TinyBundle.class.getResourceAsStream("/tiny-pipeline/" + name), name)) {
            files.put(path, in.readAllBytes());
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Changes bytes of a file into as many others: protobuf counts them. */
    public TinyBundle bytes(String path, String part, String by) {
        var text = new String(Objects.requireNonNull(files.get(path), path), StandardCharsets.ISO_8859_1);
        if (part.length() != by.length() || !text.contains(part)) {
            throw new IllegalArgumentException("%s: '%s' by '%s'".formatted(path, part, by));
        }
        files.put(path, text.replace(part, by).getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    /** Changes the manifest's text. */
    public TinyBundle manifest(String part, String by) {
        manifest = manifest.replace(part, by);
        return this;
    }

    /** Writes the bundle and its manifest with checksums; returns the folder. */
    public Path write(Path folder) {
        try {
            var json = (ObjectNode) JSON.readTree(manifest);
            var sums = json.putObject("files");
            for (var file : files.entrySet()) {
                var path = folder.resolve(file.getKey());
                Files.createDirectories(Objects.requireNonNull(path.getParent()));
                Files.write(path, file.getValue());
                sums.put(file.getKey(),
                        HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(file.getValue())));
            }
            Files.writeString(folder.resolve("manifest.json"), json.toPrettyString());
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
