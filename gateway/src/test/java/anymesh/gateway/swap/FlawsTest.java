// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.swap;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.kit.media.Clip;
import anymesh.kit.media.ClipFormat;
import anymesh.kit.media.MediaCodec;
import anymesh.kit.media.MediaLimits;
import anymesh.kit.media.Sound;
import anymesh.kit.media.SoundFormat;
import anymesh.kit.media.VideoFrame;
import anymesh.v1.GeneratedMedia;
import anymesh.v1.Modality;
import anymesh.wire.call.CallContext;
import com.google.protobuf.ByteString;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class FlawsTest {
    private static final int SIDE = 32;
    private final Flaws flaws = new Flaws();
    private final CallContext call = CallContext.start("flaws", null, Duration.ofMinutes(1));

    private Optional<String> of(Modality modality, byte[] file) {
        return flaws.of(modality, GeneratedMedia.newBuilder().setData(ByteString.copyFrom(file)).build(), call);
    }

    private static byte[] picture(IntUnaryOperator colourOfRow) throws IOException {
        var image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                image.setRGB(x, y, colourOfRow.applyAsInt(y));
            }
        }
        var out = new ByteArrayOutputStream();
        ImageIO.write(image, "png", out);
        return out.toByteArray();
    }

    @Test
    void aPictureThatShowsSomethingHasNone() throws IOException {
        assertThat(of(Modality.IMAGE, picture(y -> y < 4 ? Color.RED.getRGB() : Color.BLACK.getRGB()))).isEmpty();
    }

    @Test
    void aPictureMayBeBlackOrOfOneColourOrNone() throws IOException {
        assertThat(of(Modality.IMAGE, picture(_ -> 0))).contains("is black");
        assertThat(of(Modality.IMAGE, picture(_ -> Color.ORANGE.getRGB()))).contains("is of one colour");
        assertThat(of(Modality.IMAGE, "no picture".getBytes(StandardCharsets.UTF_8)))
                .contains("is no picture");
        var whole = picture(y -> y * 1_000);
        assertThat(of(Modality.IMAGE, Arrays.copyOf(whole, whole.length / 2))).isPresent();
    }

    private static MediaCodec codec() {
        return MediaCodec.start(new MediaLimits(1 << 20, Duration.ofMinutes(1)));
    }

    private byte[] sound(double loudness) {
        var samples = new float[16_000];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (float) (loudness * Math.sin(i / 10.0));
        }
        return codec().encode(call, new Sound(samples, 16_000), SoundFormat.WAV);
    }

    @Test
    void aSoundMayBeSilent() {
        assertThat(of(Modality.AUDIO, sound(0))).contains("is silent");
        assertThat(of(Modality.AUDIO, sound(0.1))).isEmpty();
    }

    private byte[] film(IntUnaryOperator greyOfFrame) {
        var frames = IntStream.range(0, 8).mapToObj(i -> {
            var rgb = new byte[3 * 64 * 64];
            for (int at = 0; at < rgb.length; at++) {
                rgb[at] = (byte) (at % 64 < 32 ? greyOfFrame.applyAsInt(i) : 0);
            }
            return new VideoFrame(64, 64, rgb);
        }).toList();
        return codec().encode(call, new Clip(frames, 8, null), ClipFormat.MP4);
    }

    @Test
    void aFilmMayStandStillOrBeBlack() {
        assertThat(of(Modality.VIDEO, film(_ -> 200))).contains("stands still");
        assertThat(of(Modality.VIDEO, film(_ -> 0))).contains("is black");
        assertThat(of(Modality.VIDEO, film(i -> 50 + 20 * i))).isEmpty();
    }
}
