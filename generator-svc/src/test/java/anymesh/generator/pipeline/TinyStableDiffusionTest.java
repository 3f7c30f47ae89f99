// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import anymesh.kit.check.ReferenceReport.Compared;
import anymesh.kit.model.OnnxEnvironment;
import anymesh.kit.model.OnnxSettings;
import anymesh.kit.model.SafeTensors;
import anymesh.kit.model.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A Stable Diffusion pipeline with random weights, exported as Optimum does, against the pictures that diffusers itself made:
 * scalar timesteps, CLIP's tokenizer, three schedulers. {@code python -m toyworld.export.tiny_sd ~/.cache/anymesh/tiny-sd} in
 * {@code models/src} makes it; without it these tests are skipped, on CI they fail.
 */
class TinyStableDiffusionTest {
    private static final Path HOME = OnnxEnvironment.cache().resolve("tiny-sd");
    private static final String CONFIG = "scheduler/scheduler_config.json";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    @BeforeEach
    void requireExport() {
        boolean there = Files.exists(HOME.resolve("bundle/manifest.json"));
        assumeTrue(there || Boolean.parseBoolean(System.getenv("CI")),
                () -> HOME + " is missing; in models/src: python -m toyworld.export.tiny_sd " + HOME);
        assertThat(there).as("%s exists", HOME).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ddim", "euler", "dpmsolver++"})
    void thePictureIsDiffusers(String scheduler) {
        try (var pipeline = load(scheduler)) {
            var picture = finish(pipeline, List.of(begin(pipeline, 10), begin(pipeline, 10))).getLast();
            assertThat(Pixels.difference(picture.rgb(), bytes(scheduler + ".picture"))).isLessThanOrEqualTo(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ddim", "euler", "dpmsolver++"})
    void theLatentsAreDiffusers(String scheduler) {
        try (var pipeline = load(scheduler)) {
            var denoising = begin(pipeline, 10);
            finish(pipeline, List.of(denoising));
            assertThat(denoising.latents()).containsExactly(golden(scheduler + ".latents").toFloatArray(),
                    within(5e-3f));
        }
    }

    @Test
    void itsCheckIsWhatDiffusersMade() {
        try (var pipeline = DiffusionPipeline.load(HOME.resolve("bundle"), OnnxSettings.cpu(2), 2)) {
            var report = GeneratorReference.of(pipeline.bundle()).orElseThrow().check(pipeline);
            assertThat(report.library()).startsWith("diffusers 0.");
            assertThat(report.compared()).extracting(Compared::what).containsExactly("latents", "pixels");
            assertThat(report.compared()).allSatisfy(one -> assertThat(one.off()).isLessThan(5e-3));
        }
    }

    @Test
    void theNegativeConditionIsDiffusers() {
        try (var pipeline = load("ddim")) {
            assertThat(pipeline.negative().numbers())
                    .containsExactly(golden("negative_prompt_embeds").toFloatArray(), within(1e-4f));
        }
    }

    @Test
    void theSeedThatDiffusersUsedDrawsItsLatents() {
        try (var pipeline = load("ddim")) {
            var drawn = pipeline.begin(new MediaRequest(golden("prompt_embeds").toFloatArray(), 1, 10, 7.5f,
                    pipeline.manifest().output().sizes().getFirst()));
            assertThat(drawn.latents()).containsExactly(golden("initial_latents").toFloatArray(), within(1e-6f));
        }
    }

    @Test
    void picturesAtDifferentStepsDoNotDisturbEachOther() {
        try (var pipeline = load("ddim")) {
            var alone = finish(pipeline, List.of(begin(pipeline, 7))).getFirst().rgb();
            var together = finish(pipeline, List.of(begin(pipeline, 10), begin(pipeline, 7), begin(pipeline, 5))).get(1)
                    .rgb();
            assertThat(Pixels.difference(together, alone)).isLessThanOrEqualTo(2);
        }
    }

    private static Denoising begin(DiffusionPipeline pipeline, int steps) {
        var request = new MediaRequest(golden("prompt_embeds").toFloatArray(), 0, steps, 7.5f,
                pipeline.manifest().output().sizes().getFirst());
        var noise = golden("initial_latents").toFloatArray();
        return pipeline.begin(request, out -> System.arraycopy(noise, 0, out, 0, out.length));
    }

    private static List<Picture> finish(DiffusionPipeline pipeline, List<Denoising> pictures) {
        var active = new ArrayList<>(pictures);
        while (!active.isEmpty()) {
            pipeline.step(active);
            active.removeIf(Denoising::isFinished);
        }
        return pipeline.decode(pictures).stream().map(Optional::orElseThrow).map(Picture.class::cast).toList();
    }

    /** The exported bundle with the config of another scheduler in it. */
    private DiffusionPipeline load(String scheduler) {
        var bundle = HOME.resolve("bundle");
        try (var files = Files.walk(bundle)) {
            for (var file : files.toList()) {
                Files.copy(file, folder.resolve(bundle.relativize(file).toString()),
                        StandardCopyOption.REPLACE_EXISTING);
            }
            var config = Files
                    .readAllBytes(HOME.resolve("fixtures").resolve(scheduler).resolve("scheduler_config.json"));
            var manifest = Files.readString(bundle.resolve("manifest.json"));
            Files.write(folder.resolve(CONFIG), config);
            Files.writeString(folder.resolve("manifest.json"),
                    manifest.replace(sha256(Files.readAllBytes(bundle.resolve(CONFIG))), sha256(config)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return DiffusionPipeline.load(folder, OnnxSettings.cpu(2), 2);
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Tensor golden(String name) {
        Map<String, Tensor> all = SafeTensors.read(HOME.resolve("fixtures/tiny-sd.safetensors"));
        return Objects.requireNonNull(all.get(name), name);
    }

    private static byte[] bytes(String name) {
        var bytes = golden(name).bytes();
        var copy = new byte[bytes.remaining()];
        bytes.get(copy);
        return copy;
    }
}
