// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import anymesh.encoder.image.format.Size;
import anymesh.encoder.image.format.PictureFile;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.InvalidInput;
import com.google.common.primitives.Bytes;
import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every kind of picture file ({@code src/test/python/pictures.py}), in this process where it is read there, and by ffmpeg. */
final class PictureKindsTest {
    private static final Path PICTURES = Path.of(System.getProperty("anymesh.root"),
            "encoder-svc/src/test/resources/pictures");
    private static final Map<String, PictureDecoder> DECODERS = Map.of("as is", PictureDecoder.start(
            PictureLimits.defaults()), "by ffmpeg", PictureDecoder.start(PictureLimits.defaults(), -1));
    private static final int[] RED = {220, 40, 40};
    private static final int[] GREEN = {40, 200, 40};
    private static final int[] BLUE = {40, 40, 220};
    private static final int[] YELLOW = {220, 200, 40};
    private static final int[] WHITE = {255, 255, 255};

    @ParameterizedTest
    @MethodSource
    void seen(Path file) throws IOException {
        assertQuadrants(file, RED, GREEN, BLUE, YELLOW);
    }

    static List<Path> seen() {
        return files("seen");
    }

    @ParameterizedTest
    @MethodSource
    void half(Path file) throws IOException {
        assertQuadrants(file, WHITE, GREEN, WHITE, YELLOW);
    }

    static List<Path> half() {
        return files("half");
    }

    /** Whatever is missing, something does not add up: a length, a checksum, an end, or what the decoder says. */
    @ParameterizedTest
    @MethodSource
    void cut(Path file) throws IOException {
        var whole = Files.readAllBytes(file);
        for (int left : List.of(whole.length / 2, whole.length * 2 / 3, whole.length - 16)) {
            DECODERS.forEach((name, decoder) -> assertThatThrownBy(() -> decode(decoder, Arrays.copyOf(whole, left)))
                    .as("%d of %d bytes of %s, %s", left, whole.length, file.getFileName(), name)
                    .isInstanceOf(InvalidInput.class).hasMessageContaining("damaged"));
        }
    }

    static List<Path> cut() {
        return Stream.of("progressive.jpg", "turned1.jpg", "deep.png", "lossy.webp", "turned2.webp", "still.gif",
                "plain.bmp", "turned8.tif", "still.heic", "tiles.heic", "tiles.avif")
                .map(PICTURES.resolve("seen")::resolve)
                .toList();
    }

    /** Cut, and its end mended: only the decoder can know. */
    @Test
    void pixelsThatAreMissingInAnOtherwiseWholeFileAreNoticed() throws IOException {
        for (var name : List.of("turned1.jpg", "progressive.jpg")) {
            var jpeg = Files.readAllBytes(PICTURES.resolve("seen").resolve(name));
            var mended = Arrays.copyOf(jpeg, jpeg.length - 40);
            mended[mended.length - 2] = (byte) 0xFF;
            mended[mended.length - 1] = (byte) 0xD9;
            DECODERS.values().forEach(decoder -> assertThatThrownBy(() -> decode(decoder, mended))
                    .as(name).isInstanceOf(InvalidInput.class).hasMessageContaining("damaged"));
        }
    }

    @Test
    void aFilmBehindAPhotoDoesNoHarm() throws IOException {
        var jpeg = Files.readAllBytes(PICTURES.resolve("seen/turned6.jpg"));
        var motion = Arrays.copyOf(jpeg, jpeg.length + 5000);
        DECODERS.values().forEach(decoder -> assertThat(decode(decoder, motion).pixels())
                .isEqualTo(decode(decoder, jpeg).pixels()));
    }

    /** ITU T.81, B.1.1.2: any marker may have any number of 0xFF before it. */
    @ParameterizedTest
    @ValueSource(strings = {"turned1.jpg", "progressive.jpg", "cmyk.jpg"})
    void fillBytesBeforeMarkersDoNoHarm(String name) throws IOException {
        var jpeg = Files.readAllBytes(PICTURES.resolve("seen").resolve(name));
        DECODERS.forEach((kind, decoder) -> assertThat(decode(decoder, filled(jpeg)).pixels()).as(kind)
                .isEqualTo(decode(decoder, jpeg).pixels()));
    }

    /** With three more bytes before each marker but the first. */
    private static byte[] filled(byte[] jpeg) {
        var file = ByteBuffer.wrap(jpeg);
        var filled = new ByteArrayOutputStream();
        filled.write(jpeg, 0, 2);
        for (int at = 2; at < jpeg.length;) {
            int end = at + 2; // of the last marker, which has no length
            if (end < jpeg.length) {
                end += Short.toUnsignedInt(file.getShort(end));
                while (jpeg[at + 1] == (byte) 0xDA && (jpeg[end] != (byte) 0xFF || jpeg[end + 1] == 0)) {
                    end++;
                }
            }
            filled.writeBytes(new byte[]{-1, -1, -1});
            filled.write(jpeg, at, end - at);
            at = end;
        }
        return filled.toByteArray();
    }

    static Stream<Arguments> brokenProfiles() {
        var linear = ICC_Profile.getInstance(ColorSpace.CS_LINEAR_RGB).getData();
        var ofNames = ICC_Profile.getInstance(ColorSpace.CS_sRGB).getData();
        System.arraycopy("nmcl".getBytes(StandardCharsets.US_ASCII), 0, ofNames, 12, 4);
        return Stream.of(Arguments.of("cut off", "turned1.jpg", Arrays.copyOf(linear, 200)),
                Arguments.of("of names", "turned1.jpg", ofNames),
                Arguments.of("of names, several scans", "progressive.jpg", ofNames),
                Arguments.of("of greys for colours", "turned1.jpg",
                        ICC_Profile.getInstance(ColorSpace.CS_GRAY).getData()),
                Arguments.of("of light for inks", "cmyk.jpg", linear),
                Arguments.of("none at all", "turned1.jpg", new byte[500]));
    }

    /** As in browsers. */
    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("brokenProfiles")
    void aProfileThatIsNoneIsIgnored(String name, String file, byte[] profile) throws IOException {
        var jpeg = Files.readAllBytes(PICTURES.resolve("seen").resolve(file));
        DECODERS.forEach((kind, decoder) -> assertThat(decode(decoder, withProfile(jpeg, profile)).pixels()).as(kind)
                .isEqualTo(decode(decoder, jpeg).pixels()));
    }

    @Test
    void aProfileThatFitsIsObeyed() throws IOException {
        var jpeg = Files.readAllBytes(PICTURES.resolve("seen/turned1.jpg"));
        var linear = withProfile(jpeg, ICC_Profile.getInstance(ColorSpace.CS_LINEAR_RGB).getData());
        var picture = decode(DECODERS.get("as is"), linear);
        assertThat(picture.at(24, 16, 0)).isCloseTo(239, within(3)); // 220 of 255 in light
        assertThat(picture.at(24, 16, 1)).isCloseTo(110, within(3));
    }

    private static byte[] withProfile(byte[] jpeg, byte[] profile) {
        var segment = ByteBuffer.allocate(18 + profile.length).putShort((short) 0xFFE2)
                .putShort((short) (16 + profile.length)).put("ICC_PROFILE\0".getBytes(StandardCharsets.US_ASCII))
                .put((byte) 1).put((byte) 1).put(profile).array();
        int at = 4 + Short.toUnsignedInt(ByteBuffer.wrap(jpeg).getShort(4)); // behind the first segment
        return Bytes.concat(Arrays.copyOf(jpeg, at), segment, Arrays.copyOfRange(jpeg, at, jpeg.length));
    }

    private static void assertQuadrants(Path file, int[]... colours) throws IOException {
        var bytes = Files.readAllBytes(file);
        DECODERS.forEach((name, decoder) -> {
            var picture = decode(decoder, bytes);
            assertThat(picture.size()).as(name).isEqualTo(new Size(96, 64));
            for (int quadrant = 0; quadrant < 4; quadrant++) {
                for (int step = 6; step <= 26; step += 10) {
                    int x = 48 * (quadrant % 2) + step + 4;
                    int y = 32 * (quadrant / 2) + step;
                    for (int channel = 0; channel < 3; channel++) {
                        assertThat(picture.at(x, y, channel)).as("%s: %d,%d channel %d", name, x, y, channel)
                                .isCloseTo(colours[quadrant][channel], within(14));
                    }
                }
            }
        });
    }

    /** Without resizing. */
    private static RgbImage decode(PictureDecoder decoder, byte[] file) {
        var picture = PictureFile.of(ByteBuffer.wrap(file));
        var size = picture.upright();
        return decoder.decode(picture, size, CallContext.start("test", null, Duration.ofMinutes(1)),
                from -> new Resizing(Resampler.BOX, from, size, size)).result();
    }

    private static List<Path> files(String folder) {
        try (var files = Files.list(PICTURES.resolve(folder))) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
