// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import anymesh.encoder.image.ImageProcessor;
import anymesh.encoder.image.PictureDecoder;
import anymesh.kit.catalogue.Component;
import anymesh.kit.model.BundleException;
import anymesh.kit.model.ModelBundle;
import anymesh.kit.model.OnnxModel;
import anymesh.kit.model.SafeTensors;
import anymesh.kit.model.Tensor;
import anymesh.kit.testing.Bundles;
import anymesh.kit.testing.OnnxBytes;
import anymesh.kit.testing.ServedStage;
import anymesh.v1.EncodeRequest;
import anymesh.v1.EncodeResponse;
import anymesh.v1.MediaItem;
import anymesh.v1.Modality;
import anymesh.v1.Representation;
import anymesh.wire.EmbeddingBatch;
import anymesh.wire.Frame;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.InvalidInput;
import anymesh.wire.error.UnsupportedModality;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The encoder service with the built-in bundle, held against what Python computed with the same weights. */
final class EncoderStageTest {
    private static final Path MODELS = Path.of(System.getProperty("anymesh.root"), "models");
    private static final EncoderConfig CONFIG = config();
    private static ServedStage served;

    @BeforeAll
    static void start() {
        served = ServedStage.start("encoder", CONFIG.stage(), resources -> EncoderStage.load(CONFIG, resources));
    }

    @AfterAll
    static void nothingLeaks() {
        served.close();
    }

    @Test
    void preprocessingEqualsPythons() throws IOException {
        var bundle = ModelBundle.open(CONFIG.stage().bundle(), Component.MODALITY_ENCODER);
        var processor = ImageProcessor.load(bundle, "image/preprocessor_config.json");
        var pixels = processor.process(ByteBuffer.wrap(bell()), PictureDecoder.start(CONFIG.pictures()),
                CallContext.start("test", null, Duration.ofMinutes(1)));
        var expected = fixture("encoder-image", "pixel_values");
        for (int channel = 0; channel < 3; channel++) {
            for (int y = 0; y < 32; y++) {
                for (int x = 0; x < 32; x++) {
                    assertThat(pixels.floats().get((channel * 128 + y * 4) * 128 + x * 4))
                            .isCloseTo(expected.floats().get((channel * 32 + y) * 32 + x), within(1e-6f));
                }
            }
        }
    }

    @Test
    void imageFeaturesEqualPythons() throws IOException {
        try (var response = encode(Representation.FEATURES, Modality.IMAGE, image(bell()))) {
            var batch = response.embeddings().getFirst();
            assertThat(batch.spec().space()).isEqualTo("toyworld-image-64x128");
            assertThat(batch.spec().shape()).containsExactly(64, 128);
            assertClose(batch, 0, fixture("encoder-image", "last_hidden_state"));
            assertThat(response.header().getTimings().getInferenceMicros()).isPositive();
        }
    }

    @Test
    void everyItemOfARequestGetsItsRow() throws IOException {
        try (var response = encode(Representation.JOINT_EMBEDDING, Modality.IMAGE, image(bell()), image(bell()),
                image(bell()))) {
            var batch = response.embeddings().getFirst();
            assertThat(batch.rows()).isEqualTo(3);
            for (int row = 0; row < 3; row++) {
                assertClose(batch, row, fixture("encoder-image", "image_embeds"));
            }
        }
    }

    @Test
    void textEmbeddingsEqualPythonsAndLieInTheSameSpace() throws IOException {
        var text = SafeTensors.metadata(MODELS.resolve("fixtures/encoder-text.safetensors")).get("text");
        try (var response = encode(Representation.JOINT_EMBEDDING, Modality.TEXT, text(text))) {
            assertThat(response.embeddings().getFirst().spec().space()).isEqualTo("toyworld-joint-128");
            assertClose(response.embeddings().getFirst(), 0, fixture("encoder-text", "text_embeds"));
        }
    }

    @Test
    void aTextThatWouldBeCutIsRefusedIfItIsToBeReadWhole() {
        var request = EncodeRequest.newBuilder().setModality(Modality.TEXT)
                .setRepresentation(Representation.JOINT_EMBEDDING).addItems(text("a red bell"))
                .addItems(text("a red bell and ".repeat(100)));
        try (var cut = encode(request.build())) {
            assertThat(cut.embeddings().getFirst().rows()).isEqualTo(2);
        }
        assertThatThrownBy(() -> encode(request.setWhole(true).build())).isInstanceOfSatisfying(InvalidInput.class,
                e -> assertThat(e.param()).isEqualTo("items[1]")).hasMessageContaining("tokens that the model reads");
        try (var one = encode(request.clearItems().addItems(text("a red bell")).build());
                var two = encode(request.addItems(text("a red bell")).build())) {
            assertThat(one.header().getTokens()).isBetween(3, 6);
            assertThat(two.header().getTokens()).isEqualTo(2 * one.header().getTokens());
        }
    }

    @Test
    void aPictureIsNearerToItsCaptionThanToAnother() throws IOException {
        var caption = SafeTensors.metadata(MODELS.resolve("fixtures/encoder-text.safetensors")).get("text");
        try (var picture = encode(Representation.JOINT_EMBEDDING, Modality.IMAGE, image(bell()));
                var texts = encode(Representation.JOINT_EMBEDDING, Modality.TEXT, text(caption),
                        text("a small blue cat at the bottom right at night"))) {
            var batch = texts.embeddings().getFirst();
            assertThat(dot(picture.embeddings().getFirst(), 0, batch, 0))
                    .isGreaterThan(dot(picture.embeddings().getFirst(), 0, batch, 1) + 0.1);
        }
    }

    @Test
    void aBadItemIsNamedByItsIndex() throws IOException {
        var good = image(bell());
        assertThatThrownBy(() -> encode(Representation.FEATURES, Modality.IMAGE, good, image(new byte[]{1, 2, 3})))
                .isInstanceOfSatisfying(InvalidInput.class, e -> assertThat(e.param()).isEqualTo("items[1]"));
        assertThatThrownBy(() -> encode(Representation.JOINT_EMBEDDING, Modality.TEXT, text(" ")))
                .isInstanceOfSatisfying(InvalidInput.class, e -> assertThat(e.param()).isEqualTo("items[0]"));
        assertThatThrownBy(() -> encode(Representation.FEATURES, Modality.IMAGE))
                .isInstanceOfSatisfying(InvalidInput.class, e -> assertThat(e.param()).isEqualTo("items"));
    }

    @Test
    void whatItHasNoEncoderForIsRefused() {
        assertThatThrownBy(() -> encode(Representation.FEATURES, Modality.MODALITY_UNSPECIFIED, image(new byte[]{1})))
                .isInstanceOf(UnsupportedModality.class).hasMessageContaining("MODALITY_UNSPECIFIED");
        assertThatThrownBy(() -> encode(Representation.FEATURES, Modality.TEXT, text("a bell")))
                .isInstanceOf(UnsupportedModality.class).hasMessageContaining("FEATURES");
    }

    @Test
    void whatItProducesIsToldByRepresentation() {
        var capabilities = served.runner().instance().description().getCapabilitiesList();
        assertThat(capabilities).filteredOn(capability -> capability.getModality() == Modality.IMAGE).first()
                .satisfies(image -> {
                    assertThat(image.getProducesList()).containsExactly("toyworld-image-64x128", "toyworld-joint-128");
                    assertThat(image.getJointList()).containsExactly("toyworld-joint-128");
                });
    }

    @Test
    void whatWasOpenedIsClosedIfALaterModelDoesNotLoad(@TempDir Path folder) throws IOException {
        int before = OnnxModel.open();
        for (var name : List.of("model.onnx", "tokenizer.json")) {
            Files.createDirectories(folder.resolve("text"));
            Files.copy(CONFIG.stage().bundle().resolve("text").resolve(name), folder.resolve("text").resolve(name));
        }
        var preprocess = Files.createDirectories(folder.resolve("image")).resolve("preprocessor_config.json");
        Files.copy(CONFIG.stage().bundle().resolve("image/preprocessor_config.json"), preprocess);
        new OnnxBytes().opset("", 17).node("", "Unheard").write(folder.resolve("image/model.onnx"));
        var modalities = new TreeMap<String, Object>(Comparator.reverseOrder()); // text before image
        modalities.put("text", Map.of("model", "text/model.onnx", "input", "input_ids", "attention_mask",
                "attention_mask", "tokenizer", "text/tokenizer.json", "max_length", 48));
        modalities.put("image", Map.of("model", "image/model.onnx", "input", "pixel_values", "preprocess",
                "image/preprocessor_config.json"));
        Bundles.manifest(folder, "modality_encoder", Map.of("modalities", modalities));
        var config = EncoderConfig.defaults().withStage(CONFIG.stage().withBundle(folder));

        assertThatThrownBy(() -> ServedStage.start("encoder", config.stage(), r -> EncoderStage.load(config, r)))
                .isInstanceOf(BundleException.class).hasMessageContaining("image/model.onnx");

        assertThat(OnnxModel.open()).isEqualTo(before);
    }

    /** Zeros past the preprocessing would have warmed it, and each request would have failed. */
    @Test
    void whatCannotReadAPictureDoesNotServe(@TempDir Path folder) throws IOException {
        var image = Files.createDirectories(folder.resolve("image"));
        Files.copy(CONFIG.stage().bundle().resolve("image/model.onnx"), image.resolve("model.onnx"));
        var config = EncoderConfig.defaults().withStage(CONFIG.stage().withBundle(folder));
        var right = Files.readString(CONFIG.stage().bundle().resolve("image/preprocessor_config.json"));
        for (var preprocess : List.of(right, right.replace("128", "96"))) {
            Files.writeString(image.resolve("preprocessor_config.json"), preprocess);
            Bundles.manifest(folder, "modality_encoder", Map.of("modalities", Map.of("image", Map.of("model",
                    "image/model.onnx", "input", "pixel_values", "preprocess", "image/preprocessor_config.json",
                    "features", Map.of("output", "last_hidden_state", "space", "test-64x128")))));
            if (preprocess.equals(right)) {
                ServedStage.start("encoder", config.stage(), r -> EncoderStage.load(config, r)).close();
            } else {
                assertThatThrownBy(
                        () -> ServedStage.start("encoder", config.stage(), r -> EncoderStage.load(config, r)))
                        .isInstanceOf(BundleException.class).hasMessageContaining("the encoder of IMAGE")
                        .hasMessageContaining("96");
            }
        }
    }

    private static Frame<EncodeResponse> encode(Representation representation, Modality modality, MediaItem... items) {
        var request = EncodeRequest.newBuilder().setModality(modality).setRepresentation(representation)
                .addAllItems(Arrays.asList(items)).build();
        return encode(request);
    }

    private static Frame<EncodeResponse> encode(EncodeRequest request) {
        return served.call(served.methods().encode(), Frame.of(request)).getFirst();
    }

    private static MediaItem image(byte[] file) {
        return MediaItem.newBuilder().setMedia(ByteString.copyFrom(file)).build();
    }

    private static MediaItem text(String text) {
        return MediaItem.newBuilder().setText(text).build();
    }

    private static void assertClose(EmbeddingBatch batch, int row, Tensor expected) {
        var actual = batch.row(row).asFloatBuffer();
        for (int i = 0; i < expected.elements(); i++) {
            assertThat(actual.get(i)).as("number %d", i).isCloseTo(expected.floats().get(i), within(1e-4f));
        }
    }

    private static double dot(EmbeddingBatch a, int rowA, EmbeddingBatch b, int rowB) {
        var one = a.row(rowA).asFloatBuffer();
        var other = b.row(rowB).asFloatBuffer();
        double sum = 0;
        for (int i = 0; i < one.capacity(); i++) {
            sum += one.get(i) * other.get(i);
        }
        return sum;
    }

    private static Tensor fixture(String file, String name) {
        return SafeTensors.read(MODELS.resolve("fixtures/" + file + ".safetensors")).get(name);
    }

    private static byte[] bell() throws IOException {
        return Files.readAllBytes(MODELS.resolve("fixtures/bell.png"));
    }

    private static EncoderConfig config() {
        var defaults = EncoderConfig.defaults();
        return defaults.withStage(defaults.stage().withBundle(MODELS.resolve("toyworld/encoder")));
    }
}
