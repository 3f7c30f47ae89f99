// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import anymesh.kit.testing.TestCodec;
import anymesh.kit.testing.TestMedia;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.InvalidInput;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.sound.sampled.AudioFileFormat;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Good files of kinds that phones, cameras, browsers and old programs make, and this project does not. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class OddMediaTest {
    private static final TestCodec CODEC = TestMedia.codec();
    /** 200, 100, 50: a colour that a wrong matrix or range would move. */
    private static final String BROWN = "color=c=0xC86432:s=64x32:r=8:d=1";
    private static final String FRAGMENTS = "-movflags frag_keyframe+empty_moov -f mov";

    @TempDir
    private Path folder;

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', value = {"ProRes, ten bits, 4:2:2 | -pix_fmt yuv422p10le -c:v prores_ks " + FRAGMENTS,
        "VP9, twelve bits, 4:4:4 | -pix_fmt yuv444p12le -c:v libvpx-vp9 -cpu-used 8 -f webm",
        "VP8, streamed | -c:v libvpx -f webm", "MKV | -c:v ffv1 -f matroska", "AVI | -c:v mpeg4 -bf 2 -f avi",
        "AVI, motion JPEG | -pix_fmt yuvj422p -c:v mjpeg -f avi", "WMV | -c:v wmv2 -f asf",
        "MPEG-TS | -c:v libopenh264 -f mpegts", "3GP | -c:v mpeg4 -movflags frag_keyframe+empty_moov -f 3gp"})
    void aFilmKeepsItsColours(String name, String options) throws Exception {
        assertThat(CODEC.frames(made(BROWN, options), 4)).hasSize(4)
                .allSatisfy(frame -> assertColour(frame, 0, 200, 100, 50));
    }

    @Test
    void aGifIsAFilm() throws Exception {
        var coloured = BROWN + ",split[a][b];[a]palettegen[p];[b][p]paletteuse";
        assertThat(CODEC.frames(made(coloured, "-f gif"), 4)).hasSize(4)
                .allSatisfy(frame -> assertColour(frame, 0, 200, 100, 50));
    }

    /** The left half cannot be seen, and is red where it can't. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', value = {
        "ProRes 4444 | -pix_fmt yuva444p10le -c:v prores_ks -profile:v 4444 " + FRAGMENTS,
        "VP9 | -pix_fmt yuva420p -c:v libvpx-vp9 -cpu-used 8 -f webm",
        "VP8 | -pix_fmt yuva420p -c:v libvpx -auto-alt-ref 0 -f webm"})
    void whatIsTransparentIsWhite(String name, String options) throws Exception {
        var halves = "color=c=red:s=64x32:r=8:d=0.5,format=rgba,geq=r='255*lt(X,32)':g='200*gte(X,32)':b=0:a='255*gte(X,32)'";
        var frame = CODEC.frames(made(halves, options), 1).getFirst();
        assertColour(frame, 8, 255, 255, 255);
        assertColour(frame, 56, 0, 200, 0);
    }

    @ParameterizedTest
    @CsvSource({"smpte2084", "arib-std-b67"})
    void whatIsMadeForABrightScreenLooksAsOnAPlainOne(String transfer) throws Exception {
        var bright = BROWN
                + ",format=yuv444p,setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709:range=tv,"
                + "zscale=t=linear:npl=203,format=gbrpf32le,zscale=p=bt2020:m=bt2020nc:r=tv:npl=203:t=" + transfer;
        var options = "-pix_fmt yuv422p10le -c:v prores_ks -color_primaries bt2020 -colorspace bt2020nc -color_trc ";
        // The source is made with the matrix of standard definition, which moves a colour a little.
        assertColour(CODEC.frames(made(bright, options + transfer + " " + FRAGMENTS), 1).getFirst(), 0, 200, 100, 50,
                16);
    }

    /** So many pixels that only what the two frames lean on is unpacked: white turns to black over 400 frames. */
    @Test
    void theRightFramesOfALongFilmAreSeen() throws Exception {
        var fading = "color=black:s=640x480:r=20:d=20,fade=in:0:400:color=white";
        var frames = CODEC.frames(made(fading, "-c:v mpeg4 -g 10 -bf 2 -q:v 2 -f matroska"), 2);
        assertColour(frames.get(0), 0, 255, 255, 255);
        assertColour(frames.get(1), 0, 127, 127, 127);
    }

    @Test
    void oblongPixelsAreMadeSquare() throws Exception {
        var frame = CODEC.frames(made(BROWN + ",setsar=3/2", "-c:v mpeg4 -f matroska"), 1).getFirst();
        assertThat(frame.width()).isEqualTo(96);
        assertThat(frame.height()).isEqualTo(32);
    }

    /** Of three and a half samples more than a second, as a recorder that was stopped may write. */
    @Test
    void aWholeWavMayEndInTheMiddleOfASample() {
        var samples = 32_000 + 7;
        var wav = WavFile.of(TestMedia.tone(440, 1.1, 16_000));
        var odd = Arrays.copyOf(wav, 44 + samples);
        ByteBuffer.wrap(odd).order(ByteOrder.LITTLE_ENDIAN).putInt(4, 36 + samples).putInt(40, samples);
        assertThat(CODEC.sound(odd, 16_000, 10).samples()).hasSize(16_003);
        assertThatThrownBy(() -> CODEC.sound(Arrays.copyOf(odd, odd.length - 1), 16_000, 10))
                .isInstanceOf(InvalidInput.class).hasMessageContaining("32007 bytes")
                .hasMessageContaining("32006 are there");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', value = {"CAF, streamed | -f caf", "AMR | -ar 8000 -f amr",
        "WMA | -c:a wmav2 -f asf", "MKV | -c:a flac -f matroska", "Vorbis | -c:a vorbis -strict -2 -ac 2 -f ogg",
        "Opus in MP4 | -c:a libopus -movflags frag_keyframe+empty_moov -f mp4",
        "WAV, four bits a sample, streamed | -c:a adpcm_ima_wav -f wav",
        "WAV, floats, RF64 | -c:a pcm_f32le -rf64 always -f wav",
        "MPEG-TS | -c:a aac -f mpegts"})
    void aSoundKeepsItsPitchAndItsLength(String name, String options) throws Exception {
        var sound = CODEC.sound(made("sine=440:d=1.5", options), 16_000, 10);
        assertThat(TestMedia.pitch(sound)).isCloseTo(440, within(5.0));
        assertThat(sound.seconds()).isCloseTo(1.5, within(0.15));
    }

    @Test
    void anAiffIsRead() throws Exception {
        var aiff = new ByteArrayOutputStream();
        var format = new AudioFormat(16_000, 16, 1, true, true);
        var samples = new ByteArrayInputStream(new byte[2 * 24_000]);
        AudioSystem.write(new AudioInputStream(samples, format, 24_000), AudioFileFormat.Type.AIFF, aiff);
        assertThat(CODEC.sound(aiff.toByteArray(), 16_000, 10).samples()).hasSize(24_000).containsOnly(0);
        assertThatThrownBy(() -> CODEC.sound(Arrays.copyOf(aiff.toByteArray(), 20_000), 16_000, 10))
                .isInstanceOf(InvalidInput.class).hasMessageContaining("cut off");
    }

    @ParameterizedTest
    @EnumSource(ClipFormat.class)
    void aFilmAndItsSoundMayDifferInLength(ClipFormat format) {
        for (double seconds : new double[]{0.5, 2, 6}) {
            var frames = TestMedia.brightening(16, 64, 8).frames();
            var file = CODEC.encode(new Clip(frames, 8, TestMedia.tone(440, seconds, 16_000)), format);
            assertThat(CODEC.frames(file, 16)).extracting(TestMedia::number).isSorted().endsWith(15);
            assertThat(CODEC.sound(file, 16_000, 10).seconds()).isCloseTo(seconds, within(0.15));
        }
        var still = CODEC.encode(new Clip(TestMedia.brightening(1, 64, 1).frames(), 1,
                TestMedia.tone(440, 4, 16_000)), format);
        assertThat(CODEC.frames(still, 8)).hasSize(8);
        assertThat(CODEC.sound(still, 16_000, 10).seconds()).isCloseTo(4, within(0.15));
    }

    @Test
    void ofSeveralSoundsTheOneIsHeardThatIsMarked() throws Exception {
        var first = "sine=440:d=1[out0];sine=880:d=1[out1]";
        var file = made(first, "-map 0:0 -map 0:1 -disposition:a:0 0 -disposition:a:1 default -c:a flac -f matroska");
        assertThat(TestMedia.pitch(CODEC.sound(file, 16_000, 2))).isCloseTo(880, within(5.0));
    }

    /** Whatever a tag holds, it is no more than a tag. */
    @ParameterizedTest
    @ValueSource(strings = {"0|codec_type=audio", "0\\|codec_type=audio",
        "0\npacket|stream_index=0|pts=1|duration=99999999",
        "0\",\"codec_type\":\"audio", "0\"}],\"streams\":[],\"format\":{\"duration\":\"99999999"})
    void aTagCanNotSayWhatTheFileIs(String tag) throws Exception {
        var options = new ArrayList<>(List.of("-metadata:s:v", "alpha_mode=" + tag));
        options.addAll(List.of("-c:v", "mpeg4", "-f", "matroska"));
        assertThat(CODEC.frames(made(BROWN, options), 4)).hasSize(4)
                .allSatisfy(frame -> assertColour(frame, 0, 200, 100, 50));
    }

    @Test
    void aSoundWithoutPictureIsNoFilm() throws Exception {
        var file = made("sine=440:d=1", "-c:a aac -movflags frag_keyframe+empty_moov -f mp4");
        assertThatThrownBy(() -> CODEC.frames(file, 4)).isInstanceOf(InvalidInput.class)
                .hasMessageContaining("holds no video");
    }

    private static void assertColour(VideoFrame frame, int x, int red, int green, int blue) {
        assertColour(frame, x, red, green, blue, 6);
    }

    private static void assertColour(VideoFrame frame, int x, int red, int green, int blue, int near) {
        int at = 3 * (frame.height() / 2 * frame.width() + x);
        assertThat(frame.rgb()[at] & 0xFF).as("red").isCloseTo(red, within(near));
        assertThat(frame.rgb()[at + 1] & 0xFF).as("green").isCloseTo(green, within(near));
        assertThat(frame.rgb()[at + 2] & 0xFF).as("blue").isCloseTo(blue, within(near));
    }

    /** A file of what one of ffmpeg's own sources shows or sounds, by these options of the output. */
    private byte[] made(String source, String options) throws FfmpegFailed, IOException {
        return made(source, List.of(options.split(" ", -1)));
    }

    private byte[] made(String source, List<String> options) throws FfmpegFailed, IOException {
        var arguments = new ArrayList<>(List.of("-f", "lavfi", "-i", source));
        arguments.addAll(options);
        arguments.add("pipe:1");
        return FfmpegFiles.find().run(CallContext.start("test", null, Duration.ofMinutes(1)), Lane.LONG,
                Ffmpeg.Program.FFMPEG, Files.createFile(folder.resolve("nothing")), arguments,
                InputStream::readAllBytes);
    }
}
