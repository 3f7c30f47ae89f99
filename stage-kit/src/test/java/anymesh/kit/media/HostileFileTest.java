// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import anymesh.kit.testing.TestCodec;
import anymesh.kit.testing.TestMedia;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.InvalidInput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Collectors;
import java.util.Set;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Files that lie, that are broken, or that want something else than to be read. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class HostileFileTest {
    private static final TestCodec CODEC = TestMedia.codec();

    static Stream<Arguments> sounds() {
        var wav = CODEC.encode(TestMedia.tone(440, 2, 16_000), SoundFormat.WAV);
        var flac = twoSecondsOfFlac();
        var silent = CODEC.encode(TestMedia.brightening(4, 32, 8), ClipFormat.MP4);
        return Stream.of(Arguments.of("nothing", new byte[0], "can't be read"),
                Arguments.of("noise", noise(), "can't be read"),
                Arguments.of("a WAV cut in half", Arrays.copyOf(wav, wav.length / 2), "cut off"),
                Arguments.of("a header of hours", lyingWav(wav), "cut off"),
                Arguments.of("a FLAC cut in half", Arrays.copyOf(flac, flac.length / 2), "cut off"),
                Arguments.of("only a header", Arrays.copyOf(flac, 42), ""),
                Arguments.of("a film without sound", silent, "holds no sound"),
                Arguments.of("a picture", png(), "can't be read"),
                Arguments.of("a playlist", playlist(), "can't be read"),
                Arguments.of("an ffconcat script", bytes("ffconcat version 1.0\nfile '/etc/passwd'\n"),
                        "can't be read"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("sounds")
    void aSoundThatIsNoneIsRefusedWithAReason(String name, byte[] file, String reason) {
        assertThatThrownBy(() -> CODEC.sound(file, 16_000, 10)).isInstanceOf(InvalidInput.class).message()
                .contains(reason).doesNotContain("0x", "/tmp");
    }

    static Stream<Arguments> formats() {
        return Stream.concat(
                Stream.of(SoundFormat.values()).filter(format -> format != SoundFormat.PCM16)
                        .map(format -> Arguments.of(format, CODEC.encode(TestMedia.tone(440, 3, 16_000), format))),
                Stream.of(ClipFormat.values()).map(format -> Arguments.of(format, CODEC.encode(
                        new Clip(TestMedia.brightening(24, 32, 8).frames(), 8, TestMedia.tone(440, 3, 16_000)),
                        format))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("formats")
    void aFileThatEndsAnywhereBeforeItsEndIsRefused(Object format, byte[] file) {
        for (int length : new int[]{file.length / 3, file.length / 2, 9 * file.length / 10, file.length - 1}) {
            var cut = Arrays.copyOf(file, length);
            assertThatThrownBy(() -> CODEC.sound(cut, 16_000, 10)).as("%d of %d", length, file.length)
                    .isInstanceOf(InvalidInput.class);
            if (format instanceof ClipFormat) {
                assertThatThrownBy(() -> CODEC.frames(cut, 4)).isInstanceOf(InvalidInput.class);
            }
        }
        assertThat(CODEC.sound(file, 16_000, 10).seconds()).isBetween(2.9, 3.1);
    }

    @Test
    void whatADecoderWouldPaintOverIsRefused() {
        var flac = CODEC.encode(TestMedia.tone(440, 2, 16_000), SoundFormat.FLAC);
        for (int i = 0; i < 16; i++) {
            flac[flac.length / 2 + i] ^= 0x55;
        }
        assertThatThrownBy(() -> CODEC.sound(flac, 16_000, 10)).isInstanceOf(InvalidInput.class)
                .hasMessageContaining("damaged");
    }

    static Stream<Arguments> films() {
        var mp4 = CODEC.encode(TestMedia.brightening(40, 32, 8), ClipFormat.MP4);
        var webm = CODEC.encode(TestMedia.brightening(40, 32, 8), ClipFormat.WEBM);
        var wav = CODEC.encode(TestMedia.tone(440, 1, 16_000), SoundFormat.WAV);
        return Stream.of(Arguments.of("nothing", new byte[0], "can't be read"),
                Arguments.of("noise", noise(), "can't be read"),
                Arguments.of("an MP4 cut in half", Arrays.copyOf(mp4, mp4.length / 2), ""),
                Arguments.of("a WebM cut in half", Arrays.copyOf(webm, webm.length / 2), ""),
                Arguments.of("a sound", wav, "holds no video"), Arguments.of("a playlist", playlist(), "can't be read"),
                Arguments.of("a picture", png(), "can't be read"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("films")
    void aFilmThatIsNoneIsRefusedWithAReason(String name, byte[] file, String reason) {
        assertThatThrownBy(() -> CODEC.frames(file, 4)).isInstanceOf(InvalidInput.class).message()
                .contains(reason).doesNotContain("0x", "/tmp");
    }

    @Test
    void whatSaysThatItIsTooLongOrTooLargeIsRefusedByItsHeader() {
        var strict = new TestCodec(MediaCodec.start(new MediaLimits(1000, Duration.ofSeconds(1))));
        var flac = twoSecondsOfFlac();
        assertThatThrownBy(() -> strict.sound(flac, 16_000, 0.5)).isInstanceOf(InvalidInput.class)
                .hasMessageContaining("2.0 s (limit: 1.0 s)");
        var large = CODEC.encode(TestMedia.brightening(4, 64, 8), ClipFormat.MP4);
        assertThatThrownBy(() -> strict.frames(large, 1)).isInstanceOf(InvalidInput.class);
    }

    @Test
    void aStreamedWavThatDoesNotKnowItsLengthIsRead() {
        var wav = CODEC.encode(TestMedia.tone(440, 1, 16_000), SoundFormat.WAV);
        ByteBuffer.wrap(wav).order(ByteOrder.LITTLE_ENDIAN).putInt(4, -1).putInt(40, -1);
        assertThat(CODEC.sound(wav, 16_000, 10).samples()).hasSize(16_000);
    }

    @Test
    void aChildDiesWithItsCall() {
        var call = CallContext.start("test", null, Duration.ofMinutes(1));
        var codec = MediaCodec.start(TestMedia.LIMITS);
        var film = CODEC.encode(TestMedia.brightening(16, 64, 8), ClipFormat.MP4);
        assertThatThrownBy(() -> codec.frames(call, film, 16, _ -> {
            call.cancel();
            return 0;
        })).isInstanceOf(CancellationException.class);
        assertThatThrownBy(() -> codec.sound(call, film, 16_000, 1)).isInstanceOf(CancellationException.class);
        assertThat(CODEC.frames(film, 16)).hasSize(16);
    }

    @Test
    void nothingIsLeftInTheTemporaryFolder() throws IOException {
        var before = mediaInTheTemporaryFolder(); // of processes that were killed
        assertThatThrownBy(() -> CODEC.sound(noise(), 16_000, 1)).isInstanceOf(InvalidInput.class);
        CODEC.encode(TestMedia.tone(440, 0.1, 16_000), SoundFormat.OPUS);
        var left = mediaInTheTemporaryFolder();
        left.removeAll(before);
        // A mesh that works beside this test has files there too, but not for long.
        await().untilAsserted(() -> assertThat(left).noneMatch(Files::exists));
    }

    @Test
    void whatKilledProcessesLeftIsDeletedAndWhatIsInUseIsNot() throws IOException {
        var left = TemporaryMedia.create();
        Files.setLastModifiedTime(left, FileTime.from(Instant.now().minus(Duration.ofHours(1))));
        var inUse = TemporaryMedia.create();
        try {
            MediaCodec.start(new MediaLimits(1000, Duration.ofSeconds(1)));
            assertThat(left).doesNotExist();
            assertThat(inUse).exists();
        } finally {
            Files.delete(inUse);
        }
    }

    private static Set<Path> mediaInTheTemporaryFolder() throws IOException {
        try (var files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.filter(file -> file.getFileName().toString().matches("anymesh.*\\.media"))
                    .collect(Collectors.toSet());
        }
    }

    /** With its length in the header, which ffmpeg can't go back to write into a pipe. */
    private static byte[] twoSecondsOfFlac() {
        var flac = CODEC.encode(TestMedia.tone(440, 2, 16_000), SoundFormat.FLAC);
        ByteBuffer.wrap(flac).putInt(22, 32_000);
        return flac;
    }

    private static byte[] lyingWav(byte[] wav) {
        var lying = wav.clone();
        ByteBuffer.wrap(lying).order(ByteOrder.LITTLE_ENDIAN).putInt(40, 500_000_000);
        return lying;
    }

    private static byte[] noise() {
        var noise = new byte[5000];
        new Random(1).nextBytes(noise);
        return noise;
    }

    private static byte[] playlist() {
        return bytes("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n");
    }

    private static byte[] png() {
        return bytes("\u0089PNG\r\n\u001a\n rest");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
