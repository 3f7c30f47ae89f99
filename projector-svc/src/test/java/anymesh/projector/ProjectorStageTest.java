// SPDX-License-Identifier: Apache-2.0
package anymesh.projector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import anymesh.kit.catalogue.Modalities;
import anymesh.kit.model.BundleException;
import anymesh.kit.model.OnnxModel;
import anymesh.kit.model.SafeTensors;
import anymesh.kit.model.Tensor;
import anymesh.kit.testing.Bundles;
import anymesh.kit.testing.OnnxBytes;
import anymesh.kit.testing.ServedStage;
import anymesh.v1.Modality;
import anymesh.v1.ProjectInputRequest;
import anymesh.v1.ProjectOutputRequest;
import anymesh.wire.DType;
import anymesh.wire.EmbeddingBatch;
import anymesh.wire.EmbeddingSpec;
import anymesh.wire.Frame;
import anymesh.wire.error.ContractMismatch;
import anymesh.wire.error.InvalidInput;
import anymesh.wire.error.UnsupportedModality;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Both projectors with the built-in bundles, held against what Python computed with the same weights. */
final class ProjectorStageTest {
    private static final Path MODELS = Path.of(System.getProperty("anymesh.root"), "models");

    @ParameterizedTest
    @CsvSource({"IMAGE, 64", "AUDIO, 65", "VIDEO, 128"})
    void theInputProjectorEqualsPythons(Modality modality, int cells) {
        try (var served = input()) {
            var name = Modalities.name(modality);
            var features = fixture("encoder-" + name, "last_hidden_state");
            var request = ProjectInputRequest.newBuilder().setModality(modality).build();
            var space = "toyworld-%s-%dx128".formatted(name, cells);
            var batch = batch(served, space, List.of(cells, 128), features);
            try (var response = served.call(served.methods().projectInput(), Frame.of(request, batch)).getFirst()) {
                assertThat(response.embeddings().getFirst().spec().space()).isEqualTo("toyworld-llm-192");
                assertClose(response.embeddings().getFirst(), fixture("input-projector-" + name, "projected"));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"IMAGE, toyworld-cond-16x128", "AUDIO, toyworld-cond-audio-16x128",
        "VIDEO, toyworld-cond-video-16x128"})
    void theOutputProjectorEqualsPythons(Modality modality, String condition) {
        try (var served = output()) {
            var name = Modalities.name(modality);
            var request = ProjectOutputRequest.newBuilder().setModality(modality).build();
            var batch = batch(served, "toyworld-signal-" + name + "-4x192", List.of(4, 192),
                    fixture("output-projector-" + name, "signals"));
            try (var response = served.call(served.methods().projectOutput(), Frame.of(request, batch)).getFirst()) {
                assertThat(response.embeddings().getFirst().spec().space()).isEqualTo(condition);
                assertClose(response.embeddings().getFirst(), fixture("output-projector-" + name, "condition"));
            }
        }
    }

    /** One vector an item, as the joint space has, not several as features have. */
    @Test
    void aProjectorMayStandOnTheJointSpace(@TempDir Path folder) {
        try (var served = affine(folder)) {
            var request = ProjectInputRequest.newBuilder().setModality(Modality.IMAGE).build();
            var batch = batch(served, "joint-3", List.of(3), Tensor.ofFloats(new float[]{1, 2, 3}, 3));
            try (var response = served.call(served.methods().projectInput(), Frame.of(request, batch)).getFirst()) {
                assertThat(response.embeddings().getFirst().spec().space()).isEqualTo("llm-3");
                assertClose(response.embeddings().getFirst(), Tensor.ofFloats(new float[]{3, 5, 7}, 3));
            }
        }
    }

    @Test
    void whatWasOpenedIsClosedIfALaterModelDoesNotLoad(@TempDir Path folder) throws IOException {
        int before = OnnxModel.open();
        Files.createDirectories(folder);
        new OnnxBytes().opset("", 17).node("", "Unheard").write(folder.resolve("broken.onnx"));
        assertThatThrownBy(() -> affine(folder, Map.of("model", "broken.onnx", "input", "x", "output", "y", "accepts",
                "joint-3", "produces", "llm-3"))).isInstanceOf(BundleException.class)
                .hasMessageContaining("broken.onnx");
        assertThatThrownBy(() -> affine(folder, Map.of("model", "affine.onnx", "input", "none", "output", "y",
                "accepts", "joint-3", "produces", "llm-3"))).isInstanceOf(BundleException.class)
                .hasMessageContaining("no input 'none'");

        assertThat(OnnxModel.open()).isEqualTo(before);
        assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("batch-input-projector"));
    }

    private static ServedStage affine(Path folder) {
        return affine(folder, null);
    }

    /** A bundle of y = 2x + 1 for pictures, and of what is given for films. */
    private static ServedStage affine(Path folder, @Nullable Map<String, String> film) {
        var modalities = new TreeMap<String, Object>();
        if (film != null) {
            modalities.put("video", film);
        }
        modalities.put("image", Map.of("model", "affine.onnx", "input", "x", "output", "y", "accepts", "joint-3",
                "produces", "llm-3"));
        if (!Files.exists(folder.resolve("affine.onnx"))) {
            Bundles.copy(ServedStage.class, "/models/affine.onnx", folder.resolve("affine.onnx"));
        }
        Bundles.manifest(folder, "input_projector", Map.of("modalities", modalities));
        var config = new ProjectorConfig(ProjectorConfig.inputDefaults().stage().withBundle(folder));
        return ServedStage.start("input-projector", config.stage(),
                resources -> ProjectorStage.input(config, resources));
    }

    @Test
    void whatDoesNotFitIsRefusedAndTheNextRequestWorks() {
        try (var served = output()) {
            assertThatThrownBy(() -> project(served, Modality.IMAGE, "another-space", List.of(4, 192)))
                    .isInstanceOf(ContractMismatch.class).hasMessageContaining("another-space");
            assertThatThrownBy(() -> project(served, Modality.IMAGE, "toyworld-signal-image-4x192", List.of(4, 191)))
                    .isInstanceOf(ContractMismatch.class).hasMessageContaining("[4, 191]");
            assertThatThrownBy(() -> project(served, Modality.TEXT, "toyworld-signal-image-4x192", List.of(4, 192)))
                    .isInstanceOf(UnsupportedModality.class).hasMessageContaining("TEXT");
            var empty = ProjectOutputRequest.newBuilder().setModality(Modality.IMAGE).build();
            assertThatThrownBy(() -> served.call(served.methods().projectOutput(), Frame.of(empty)))
                    .isInstanceOf(InvalidInput.class).hasMessageContaining("0 batches");
            project(served, Modality.IMAGE, "toyworld-signal-image-4x192", List.of(4, 192));
        }
    }

    private static void project(ServedStage served, Modality modality, String space, List<Integer> shape) {
        var request = ProjectOutputRequest.newBuilder().setModality(modality).build();
        int elements = shape.get(0) * shape.get(1);
        var batch = batch(served, space, shape, Tensor.ofFloats(new float[elements], elements));
        served.call(served.methods().projectOutput(), Frame.of(request, batch)).forEach(Frame::close);
    }

    private static ServedStage input() {
        var config = at(ProjectorConfig.inputDefaults(), "input-projector");
        return ServedStage.start("input-projector", config.stage(),
                resources -> ProjectorStage.input(config, resources));
    }

    private static ServedStage output() {
        var config = at(ProjectorConfig.outputDefaults(), "output-projector");
        return ServedStage.start("output-projector", config.stage(),
                resources -> ProjectorStage.output(config, resources));
    }

    private static ProjectorConfig at(ProjectorConfig config, String bundle) {
        return new ProjectorConfig(config.stage().withBundle(MODELS.resolve("toyworld").resolve(bundle)));
    }

    private static EmbeddingBatch batch(ServedStage served, String space, List<Integer> shape, Tensor values) {
        var spec = new EmbeddingSpec(space, shape, DType.FLOAT32, "test", "1");
        var batch = EmbeddingBatch.allocate(served.memory(), spec, 1);
        batch.data().put(values.bytes());
        return batch;
    }

    private static void assertClose(EmbeddingBatch batch, Tensor expected) {
        var actual = batch.row(0).asFloatBuffer();
        assertThat(actual.capacity()).isEqualTo((int) expected.elements());
        for (int i = 0; i < expected.elements(); i++) {
            assertThat(actual.get(i)).as("number %d", i).isCloseTo(expected.floats().get(i), within(1e-4f));
        }
    }

    private static Tensor fixture(String file, String name) {
        return SafeTensors.read(MODELS.resolve("fixtures/" + file + ".safetensors")).get(name);
    }
}
