// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.kit.testing.TestMedia;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.Overloaded;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A machine on which no child can be started: that is no fault of the file, and another stage may have room for it. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class NoRoomTest {
    private static final CallContext CALL = CallContext.start("test", null, Duration.ofMinutes(1));
    private static final PictureSink NOWHERE = new PictureSink() {
        @Override
        public void begin(int width, int height) {}

        @Override
        public void row(byte[] pixels) {}
    };

    @TempDir
    private Path empty;

    /** The system refuses the process itself, here because its input can't be opened. */
    @Test
    void aChildThatIsNotForkedIsALackOfRoom() {
        assertThatThrownBy(() -> FfmpegFiles.find().run(CALL, Lane.SHORT, Ffmpeg.Program.FFPROBE,
                empty.resolve("nothing"), List.of("-version"), InputStream::readAllBytes))
                .isInstanceOf(Overloaded.class).hasMessageNotContaining("nothing");
    }

    /** The fence starts, and the program in it does not. */
    @Test
    void aProgramThatIsNotStartedIsALackOfRoom() {
        var media = new MediaCodec(new Ffmpeg(empty, ""), TestMedia.LIMITS);
        var sound = WavFile.of(TestMedia.tone(440, 0.1, 16_000));
        assertThatThrownBy(() -> media.sound(CALL, sound, 16_000, 1)).isInstanceOf(Overloaded.class);
        assertThatThrownBy(() -> media.encode(CALL, TestMedia.tone(440, 0.1, 16_000), SoundFormat.MP3))
                .isInstanceOf(Overloaded.class);
        var pictures = new PictureCodec(new Ffmpeg(empty, ""));
        var job = new PictureCodec.Job(List.of(ByteBuffer.wrap(sound)), "png_pipe", "png", List.of(), List.of(), false,
                1 << 20);
        assertThatThrownBy(() -> pictures.decode(job, CALL, NOWHERE)).isInstanceOf(Overloaded.class);
    }

    /** When a stage starts, the reason is wanted. */
    @Test
    void aStageThatStartsIsToldWhy() throws IOException {
        assertThat(new Ffmpeg(empty, "").check()).contains("ffmpeg");
        var broken = Files.writeString(empty.resolve("ffmpeg"),
                "#!/bin/sh\necho 'error while loading shared libraries: libpulse.so.0: none' >&2\nexit 127");
        assertThat(broken.toFile().setExecutable(true)).isTrue();
        assertThat(new Ffmpeg(empty, "").check()).contains("loading shared libraries: libpulse.so.0:");
    }
}
