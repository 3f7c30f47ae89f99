// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import anymesh.kit.testing.TestCodec;
import anymesh.kit.testing.TestMedia;
import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import javax.sound.sampled.AudioSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What goes through files and comes back. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class MediaCodecTest {
    private static final TestCodec CODEC = TestMedia.codec();

    @ParameterizedTest
    @EnumSource(value = SoundFormat.class, mode = EnumSource.Mode.EXCLUDE, names = "PCM16")
    void aToneComesBackFromEveryFormatAtTheRateAskedFor(SoundFormat format) {
        var file = CODEC.encode(TestMedia.tone(440, 1.5, 16_000), format);
        var sound = CODEC.sound(file, 24_000, 10);
        assertThat(sound.samplingRate()).isEqualTo(24_000);
        assertThat(sound.seconds()).isCloseTo(1.5, within(0.15));
        assertThat(TestMedia.pitch(sound)).isCloseTo(440, within(15.0));
    }

    @Test
    void aPngHoldsTheVeryPixels() throws Exception {
        var rgb = new byte[3 * 13 * 7];
        new Random(1).nextBytes(rgb);
        var image = ImageIO.read(new ByteArrayInputStream(CODEC.encode(new VideoFrame(13, 7, rgb), PictureFormat.PNG)));
        assertThat(image.getColorModel().hasAlpha()).isFalse();
        for (int i = 0; i < 13 * 7; i++) {
            int pixel = (rgb[3 * i] & 0xff) << 16 | (rgb[3 * i + 1] & 0xff) << 8 | (rgb[3 * i + 2] & 0xff);
            assertThat(image.getRGB(i % 13, i / 13) & 0xffffff).isEqualTo(pixel);
        }
    }

    /** A red half beside a blue one, each of which is one colour to any codec. */
    @ParameterizedTest
    @EnumSource(PictureFormat.class)
    void coloursComeBackFromEveryFormat(PictureFormat format) {
        var rgb = new byte[3 * 64 * 32];
        for (int i = 0; i < 64 * 32; i++) {
            rgb[3 * i + (i % 64 < 32 ? 0 : 2)] = (byte) 200;
        }
        var file = CODEC.encode(new VideoFrame(64, 32, rgb), format);
        var back = CODEC.picture(file, format);
        assertThat(back.width()).isEqualTo(64);
        assertThat(back.height()).isEqualTo(32);
        int left = 3 * (16 * 64 + 8);
        int right = 3 * (16 * 64 + 56);
        assertThat(back.rgb()[left] & 0xff).isCloseTo(200, within(12));
        assertThat(back.rgb()[left + 2] & 0xff).isCloseTo(0, within(12));
        assertThat(back.rgb()[right] & 0xff).isCloseTo(0, within(12));
        assertThat(back.rgb()[right + 2] & 0xff).isCloseTo(200, within(12));
    }

    @Test
    void bareSamplesAreSixteenBitsAt24Kilohertz() {
        var bytes = CODEC.encode(TestMedia.tone(440, 0.5, 16_000), SoundFormat.PCM16);
        assertThat(bytes.length).isEqualTo(2 * 12_000);
        var samples = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asShortBuffer();
        var floats = new float[samples.capacity()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = samples.get(i) / 32768f;
        }
        assertThat(TestMedia.pitch(new Sound(floats, 24_000))).isCloseTo(440, within(5.0));
    }

    @Test
    void aWavIsExactToSixteenBitsAndReadableByTheJdk() throws Exception {
        var tone = TestMedia.tone(1000, 0.25, 16_000);
        var file = CODEC.encode(tone, SoundFormat.WAV);
        var back = CODEC.sound(file, 16_000, 10);
        assertThat(back.samples()).containsExactly(tone.samples(), within(1 / 16_000f));
        try (var stream = AudioSystem.getAudioInputStream(new ByteArrayInputStream(file))) {
            assertThat(stream.getFormat().getSampleRate()).isEqualTo(16_000f);
            assertThat(stream.getFrameLength()).isEqualTo(4_000);
        }
    }

    @Test
    void onlyTheBeginningOfALongSoundIsUnpacked() {
        var file = CODEC.encode(TestMedia.tone(440, 8, 16_000), SoundFormat.MP3);
        assertThat(CODEC.sound(file, 16_000, 2).samples()).hasSize(32_000);
    }

    @ParameterizedTest
    @CsvSource({"MP4, mp4", "WEBM, webm"})
    void everyFrameOfAClipComesBackInOrder(ClipFormat format, String type) {
        assertThat(format.mimeType()).isEqualTo("video/" + type);
        var file = CODEC.encode(TestMedia.brightening(16, 64, 8), format);
        assertThat(numbers(file, 16)).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    }

    @Test
    void framesAreTakenEvenlyFromALongerClipAndAgainFromAShorterOne() {
        var twenty = CODEC.encode(TestMedia.brightening(20, 32, 8), ClipFormat.MP4);
        assertThat(numbers(twenty, 8)).containsExactly(0, 2, 5, 7, 10, 12, 15, 17);
        var three = CODEC.encode(TestMedia.brightening(3, 32, 8), ClipFormat.WEBM);
        assertThat(numbers(three, 8)).containsExactly(0, 0, 0, 1, 1, 1, 2, 2);
    }

    @Test
    void aFilmCarriesItsSound() {
        var silent = TestMedia.brightening(16, 64, 8);
        var loud = new Clip(silent.frames(), 8, TestMedia.tone(440, 2, 16_000));
        for (var format : ClipFormat.values()) {
            var file = CODEC.encode(loud, format);
            assertThat(numbers(file, 16)).as("%s", format).hasSize(16).isSorted();
            assertThat(TestMedia.pitch(CODEC.sound(file, 16_000, 2))).as("%s", format).isCloseTo(440, within(15.0));
        }
    }

    @ParameterizedTest
    @EnumSource(SoundFormat.class)
    void aFilmGetsASoundAndKeepsItsFramesAndItsLength(SoundFormat soundFormat) {
        for (var format : ClipFormat.values()) {
            var film = CODEC.encode(TestMedia.brightening(16, 64, 8), format);
            for (double seconds : new double[]{1, 3}) {
                var sound = CODEC.encode(TestMedia.tone(440, seconds, 16_000), soundFormat);
                var file = CODEC.withSound(film, format, sound, soundFormat);
                assertThat(numbers(file, 16)).as("%s %s s", format, seconds)
                        .containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
                var back = CODEC.sound(file, 16_000, 10);
                assertThat(back.seconds()).as("%s %s s", format, seconds).isCloseTo(2, within(0.15));
                assertThat(TestMedia.pitch(CODEC.sound(file, 16_000, 0.9))).as("%s %s s", format, seconds)
                        .isCloseTo(440, within(15.0));
            }
        }
    }

    @Test
    void aSecondSoundTakesTheFirstOnesPlace() {
        var silent = TestMedia.brightening(16, 64, 8);
        var loud = CODEC.encode(new Clip(silent.frames(), 8, TestMedia.tone(440, 2, 16_000)), ClipFormat.MP4);
        var other = CODEC.encode(TestMedia.tone(880, 2, 16_000), SoundFormat.WAV);
        var file = CODEC.withSound(loud, ClipFormat.MP4, other, SoundFormat.WAV);
        assertThat(TestMedia.pitch(CODEC.sound(file, 16_000, 2))).isCloseTo(880, within(15.0));
    }

    @Test
    void coloursSurviveAndOddSidesAreMadeEven() {
        var rgb = new byte[3 * 33 * 17];
        for (int i = 0; i < rgb.length; i += 3) {
            rgb[i] = (byte) 220;
            rgb[i + 1] = 40;
            rgb[i + 2] = 30;
        }
        var file = CODEC.encode(new Clip(List.of(new VideoFrame(33, 17, rgb)), 8, null), ClipFormat.MP4);
        var frame = CODEC.frames(file, 1).getFirst();
        assertThat(frame.width()).isEqualTo(34);
        assertThat(frame.height()).isEqualTo(18);
        int middle = 3 * (8 * 34 + 16);
        assertThat(frame.rgb()[middle] & 0xFF).isCloseTo(220, within(12));
        assertThat(frame.rgb()[middle + 1] & 0xFF).isCloseTo(40, within(12));
        assertThat(frame.rgb()[middle + 2] & 0xFF).isCloseTo(30, within(12));
    }

    private static List<Integer> numbers(byte[] file, int count) {
        return CODEC.frames(file, count).stream().map(TestMedia::number).toList();
    }
}
