// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import static anymesh.gateway.TestingClient.IMAGES;
import static anymesh.gateway.TestingClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import anymesh.gateway.TestingClient.Answer;
import anymesh.kit.media.VideoFrame;
import anymesh.v1.GeneratedMedia;
import anymesh.v1.GeneratorEvent;
import anymesh.wire.Frame;
import com.google.protobuf.ByteString;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sizes that the generator doesn't draw in, at a gateway that is told to scale. It draws white discs on red, in 128x128 and 256x256. */
class ImageSizesTest {
    private final TestingMesh mesh = new TestingMesh(TestingMesh.config(Map.of("ANYMESH_SCALEIMAGES", "true")));
    private final Queue<String> asked = new ConcurrentLinkedQueue<>();

    @BeforeEach
    void draw() {
        mesh.generator = (request, call, out) -> {
            var header = request.header();
            asked.add(header.getSize() + " " + header.getMimeType());
            int side = header.getSize().startsWith("256") ? 256 : 128;
            out.emit(Frame.of(GeneratorEvent.newBuilder().setMedia(GeneratedMedia.newBuilder().setData(disc(side))
                    .setMimeType("image/png").setWidth(side).setHeight(side)).build()));
        };
    }

    @AfterEach
    void closeWithoutLeaks() {
        mesh.close();
    }

    private static ByteString disc(int side) {
        var picture = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
        var graphics = picture.createGraphics();
        graphics.setColor(Color.RED);
        graphics.fillRect(0, 0, side, side);
        graphics.setColor(Color.WHITE);
        graphics.fillOval(side / 4, side / 4, side / 2, side / 2);
        graphics.dispose();
        var file = new ByteArrayOutputStream();
        try {
            ImageIO.write(picture, "png", file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return ByteString.copyFrom(file.toByteArray());
    }

    private Answer ask(String fields) {
        return mesh.client.post(IMAGES, json("{'model':'toyworld','prompt':'a disc'," + fields + "}"));
    }

    private static BufferedImage picture(Answer answer) throws IOException {
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
        var file = Base64.getDecoder().decode(answer.json().path("data").path(0).path("b64_json").asText());
        return ImageIO.read(new ByteArrayInputStream(file));
    }

    /** Width and height of what is white in a picture. */
    private static int[] disc(BufferedImage picture) {
        var frame = VideoFrame.of(picture);
        int left = frame.width();
        int right = 0;
        int top = frame.height();
        int bottom = 0;
        for (int y = 0; y < frame.height(); y++) {
            for (int x = 0; x < frame.width(); x++) {
                if ((frame.rgb()[3 * (y * frame.width() + x) + 1] & 0xff) > 127) { // green is in white, not in red
                    left = Math.min(left, x);
                    right = Math.max(right, x);
                    top = Math.min(top, y);
                    bottom = Math.max(bottom, y);
                }
            }
        }
        return new int[]{right - left + 1, bottom - top + 1};
    }

    @ParameterizedTest
    @CsvSource({"64x64,128x128", "100x128,128x128", "192x128,256x256", "160x300,256x256", "1024x1024,256x256",
        "1536x1024,256x256"})
    void aPictureIsDrawnInTheNextSizeThenScaledAndCutButNotDistorted(String size, String drawn) throws IOException {
        var answer = ask("'size':'" + size + "'");
        var picture = picture(answer);
        assertThat(picture.getWidth() + "x" + picture.getHeight()).isEqualTo(size);
        assertThat(answer.json().path("size").asText()).isEqualTo(size);
        assertThat(asked).containsExactly(drawn + " image/png");
        int expected = Math.max(picture.getWidth(), picture.getHeight()) / 2;
        for (int side : disc(picture)) {
            assertThat(side).isBetween(expected - expected / 16 - 2, expected + expected / 16 + 2);
        }
    }

    @Test
    void itIsWrittenInTheFileThatWasAskedFor() throws IOException {
        var answer = ask("'size':'200x200','output_format':'jpeg','output_compression':70");
        assertThat(answer.json().path("output_format").asText()).isEqualTo("jpeg");
        assertThat(picture(answer).getWidth()).isEqualTo(200);
        assertThat(asked).containsExactly("256x256 image/png");
    }

    @Test
    void aSizeThatTheGeneratorHasIsLeftToIt() {
        assertThat(ask("'size':'128x128','output_format':'webp'").status()).isEqualTo(200);
        assertThat(asked).containsExactly("128x128 image/webp");
    }

    @ParameterizedTest
    @ValueSource(strings = {"4096x4096", "99999x99999", "0x100"})
    void aSizeThatIsTooLargeOrNoneIsRefused(String size) {
        var answer = ask("'size':'" + size + "'");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.error().path("param").asText()).isEqualTo("size");
        assertThat(asked).isEmpty();
    }
}
