// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import anymesh.encoder.image.format.Pngs;
import anymesh.kit.catalogue.Component;
import anymesh.kit.model.ModelBundle;
import anymesh.kit.model.Tensor;
import anymesh.kit.testing.Bundles;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.InvalidInput;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ImageProcessorTest {
    /** CLIP's own config; what it gives for this picture was computed with Hugging Face's PIL processor. */
    private static final String CLIP = """
            {"do_resize": true, "size": {"shortest_edge": 224}, "resample": 3, "do_center_crop": true,
             "crop_size": {"height": 224, "width": 224}, "do_rescale": true, "rescale_factor": 0.00392156862745098,
             "do_normalize": true, "image_mean": [0.48145466, 0.4578275, 0.40821073],
             "image_std": [0.26862954, 0.26130258, 0.27577711]}""";

    private static final PictureDecoder DECODER = PictureDecoder.start(PictureLimits.defaults());

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @Test
    void clipPreprocessingEqualsTheReference() throws IOException {
        var pixels = process(load(CLIP), png(pattern(300, 150)));
        assertThat(pixels.shape()).containsExactly(3, 224, 224);
        var values = pixels.toFloatArray();
        assertThat(Arrays.copyOf(values, 4)).containsExactly(new float[]{.3975f, .4121f, .4267f, .4559f},
                within(1e-4f));
        assertThat(values[224 * 224 + 100 * 224 + 100]).isCloseTo(-1.69207f, within(1e-5f));
        double sum = 0;
        for (float value : values) {
            sum += value;
        }
        assertThat(sum).isCloseTo(8187.545, within(0.01));
    }

    @Test
    void aWebpIsRead() throws IOException {
        var processor = load("{\"do_resize\": false, \"do_rescale\": false}");
        try (var file = ImageProcessorTest.class.getResourceAsStream("/pictures/red.webp")) {
            var pixels = process(processor, file.readAllBytes());
            assertThat(pixels.shape()).containsExactly(3, 12, 20);
            assertThat(pixels.floats().get(0)).isCloseTo(220, within(1f));
            assertThat(pixels.floats().get(240)).isCloseTo(40, within(1f));
        }
    }

    @Test
    void anExactSizeIsReachedInBothDirections() throws IOException {
        var processor = load("{\"do_resize\": true, \"size\": {\"height\": 20, \"width\": 30}, \"resample\": 2}");
        assertThat(process(processor, png(pattern(7, 90))).shape()).containsExactly(3, 20, 30);
        assertThat(process(processor, png(pattern(90, 7))).shape()).containsExactly(3, 20, 30);
    }

    @Test
    void withoutAnyStepTheTensorHoldsThePixels() throws IOException {
        var tensor = process(load("{}"), png(pattern(5, 4)));
        assertThat(tensor.shape()).containsExactly(3, 4, 5);
        assertThat(tensor.floats().get(1)).isEqualTo(2);
    }

    @Test
    void greyPicturesKeepTheirValues() throws IOException {
        var grey = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_GRAY);
        grey.getRaster().setSample(0, 0, 0, 100);
        grey.getRaster().setSample(1, 0, 0, 200);
        assertThat(process(load("{}"), png(grey)).toFloatArray()).containsExactly(100, 200, 100, 200, 100, 200);
    }

    @Test
    void aSmallPictureIsPaddedByTheCrop() throws IOException {
        var tensor = process(
                load("{\"do_center_crop\": true, \"crop_size\": {\"height\": 6, \"width\": 3}}"), png(pattern(5, 4)));
        assertThat(tensor.shape()).containsExactly(3, 6, 3);
        assertThat(row(tensor, 0)).containsExactly(0, 0, 0);
        assertThat(row(tensor, 1)).containsExactly(2, 4, 6);
    }

    @Test
    void aPngThatIsTextIsRefused() throws IOException {
        var processor = load(CLIP);
        assertThatThrownBy(() -> process(processor, "this is no picture".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(InvalidInput.class).hasMessageContaining("not a picture");
    }

    @Test
    void aPictureThatIsCutOffIsRefused() throws IOException {
        var processor = load(CLIP);
        var whole = png(pattern(300, 150));
        assertThatThrownBy(() -> process(processor, Arrays.copyOf(whole, whole.length / 2)))
                .isInstanceOf(InvalidInput.class).hasMessageContaining("damaged");
    }

    @Test
    void aHugePictureIsRefusedByItsHeader() throws IOException {
        var processor = load(CLIP);
        assertThatThrownBy(() -> process(processor, Pngs.header(30_000, 30_000, 8, 2))).isInstanceOf(InvalidInput.class)
                .hasMessageContaining("30000x30000");
    }

    @Test
    void aPictureTooNarrowToResizeIsRefused() throws IOException {
        var processor = load(CLIP);
        var narrow = png(pattern(4_000_000, 1));
        assertThatThrownBy(() -> process(processor, narrow)).isInstanceOf(InvalidInput.class)
                .hasMessageContaining("too narrow");
    }

    private static Tensor process(ImageProcessor processor, byte[] file) {
        return processor.process(ByteBuffer.wrap(file), DECODER,
                CallContext.start("test", null, Duration.ofMinutes(1)));
    }

    private ImageProcessor load(String config) throws IOException {
        Files.writeString(folder.resolve("preprocessor_config.json"), config);
        Bundles.manifest(folder, "modality_encoder", Map.of());
        return ImageProcessor.load(ModelBundle.open(folder, Component.MODALITY_ENCODER), "preprocessor_config.json");
    }

    private static float[] row(Tensor tensor, int y) {
        var row = new float[(int) tensor.size(2)];
        tensor.floats().get(y * row.length, row);
        return row;
    }

    private static BufferedImage pattern(int width, int height) {
        var image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, (3 * y + 2 * x) % 256 << 16 | (y + 5 * x) % 256 << 8 | 200 * (x / 10 % 2));
            }
        }
        return image;
    }

    private static byte[] png(BufferedImage image) throws IOException {
        var bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "png", bytes);
        return bytes.toByteArray();
    }
}
