// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media;

import anymesh.kit.media.Ffmpeg.Program;
import anymesh.kit.media.container.WholeFile;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.InferenceFailed;
import anymesh.wire.error.InvalidInput;
import anymesh.wire.error.Overloaded;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * Reads the sounds and films of strangers, whatever they are called: {@link CallersFile} lists the containers. Writes what
 * {@link SoundFormat} and {@link ClipFormat} list. What a file says of its length and size is checked first, and held against
 * what is there. Thread-safe; every call blocks for some 20 to 100 ms and longer with large files, and ends with the
 * {@link CallContext} that it works for, by what {@link CallContext#ended()} says. {@link Overloaded} where this machine has no
 * room for another child or for its file.
 */
public final class MediaCodec {
    /** A film of the mesh's own making. */
    private static final List<String> OWN_FILM = List.of("-protocol_whitelist", "fd", "-format_whitelist",
            "mov,matroska,webm", "-i", "fd:");
    private static final int MAX_FILE_BYTES = 256 << 20;

    private final Ffmpeg ffmpeg;
    private final MediaLimits limits;

    MediaCodec(Ffmpeg ffmpeg, MediaLimits limits) {
        this.ffmpeg = ffmpeg;
        this.limits = limits;
    }

    /**
     * Sees that ffmpeg starts; throws {@link IllegalStateException} with the reason if it can't on this machine. Callers' media
     * that processes which were killed left in the temporary folder are deleted.
     */
    public static MediaCodec start(MediaLimits limits) {
        TemporaryMedia.sweep();
        return new MediaCodec(FfmpegFiles.find(), limits);
    }

    /**
     * The beginning of a file's sound as one channel at a rate. {@link InvalidInput} for a file that can't be read, holds no
     * sound, is cut off, or says that it is longer than allowed.
     *
     * @param seconds of the sound to unpack at most; what comes after is not looked at
     */
    public Sound sound(CallContext call, byte[] file, int samplingRate, double seconds) {
        return read(call, file, callers -> SoundReader.read(callers, samplingRate, seconds));
    }

    /**
     * So many frames of a film, evenly spaced: of the n that there are, frame ⌊i·n/count⌋ for each i below {@code count}, in
     * their own size. {@link InvalidInput} as for {@link #sound}.
     *
     * @param each what is wanted of a frame, which is not kept; called again from the first one if ffmpeg is run again
     */
    public <F> List<F> frames(CallContext call, byte[] file, int count, Function<VideoFrame, F> each) {
        return read(call, file, callers -> FilmReader.read(callers, count, each));
    }

    private interface Reading<T> {
        T of(CallersFile file) throws FfmpegFailed;
    }

    private <T> T read(CallContext call, byte[] file, Reading<T> reading) {
        return withFile(call, WholeFile.check(file),
                path -> reading.of(new CallersFile(ffmpeg, limits, call, path, file.length)));
    }

    /** Writes a sound. */
    public byte[] encode(CallContext call, Sound sound, SoundFormat format) {
        var wav = WavFile.of(sound);
        if (format == SoundFormat.WAV) {
            return wav;
        }
        return written(call, wav,
                with(List.of("-protocol_whitelist", "fd", "-f", "wav", "-i", "fd:"), format.arguments()));
    }

    /** Writes a picture; {@code quality} is from 0 to 100, and means nothing to a PNG. */
    public byte[] encode(CallContext call, VideoFrame picture, PictureFormat format, int quality) {
        return switch (format) {
            case PNG -> PictureFile.png(picture);
            case JPEG -> PictureFile.jpeg(picture, quality);
            case WEBP -> written(call, picture.rgb(), List.of("-protocol_whitelist", "fd", "-f", "rawvideo", "-pix_fmt",
                    "rgb24", "-video_size", picture.width() + "x" + picture.height(), "-i", "fd:", "-frames:v", "1",
                    "-c:v", "libwebp", "-quality", String.valueOf(quality), "-f", "image2pipe"));
        };
    }

    /** Writes a film, with its sound if it has one. */
    public byte[] encode(CallContext call, Clip clip, ClipFormat format) {
        var frames = ByteBuffer.allocate(Math.multiplyExact(3 * clip.width() * clip.height(), clip.frames().size()));
        clip.frames().forEach(frame -> frames.put(frame.rgb()));
        var arguments = new ArrayList<>(List.of("-protocol_whitelist", "fd", "-f", "rawvideo", "-pix_fmt", "rgb24",
                "-video_size",
                clip.width() + "x" + clip.height(), "-framerate", decimal(clip.framesPerSecond()), "-i", "fd:"));
        // Generous, because the films are small: at two bits a pixel nothing of a drawing is lost.
        long bits = Math.max(400_000, Math.round(2 * clip.width() * clip.height() * clip.framesPerSecond()));
        var output = with(
                List.of("-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2", "-pix_fmt", "yuv420p", "-b:v", String.valueOf(bits)),
                format.arguments());
        var sound = clip.sound();
        if (sound == null) {
            return written(call, frames.array(), with(arguments, output));
        }
        return withFile(call, WavFile.of(sound),
                wav -> written(call, frames.array(), with(with(arguments, named(wav, List.of("-f", "wav"))), output)));
    }

    /**
     * A film with a sound beside it instead of its own, both of them files that the mesh has made. The frames stay as they are,
     * and the film as long as it was: what the sound has beyond is cut off, what it lacks is silence.
     */
    public byte[] withSound(CallContext call, byte[] film, ClipFormat format, byte[] sound, SoundFormat soundFormat) {
        return withFile(call, sound,
                file -> written(call, film, with(with(with(OWN_FILM, named(file, soundFormat.input())),
                        "-map", "0:v:0", "-map", "1:a:0", "-af", "apad", "-shortest"), format.remuxing())));
    }

    /** A second input, a file of our own making, which therefore may be opened by its name. */
    private static List<String> named(Path file, List<String> options) {
        return with(with(List.of("-protocol_whitelist", "file"), options), "-i", file.toString());
    }

    private byte[] written(CallContext call, byte[] input, List<String> arguments) {
        try {
            return withFile(call, input,
                    path -> ffmpeg.run(call, Lane.OWN, Program.FFMPEG, path, with(arguments, "pipe:1"),
                            from -> from.readNBytes(MAX_FILE_BYTES)));
        } catch (InvalidInput e) {
            throw new InferenceFailed("the file could not be written: " + e.getMessage(), e);
        }
    }

    private interface Work<T> {
        T on(Path file) throws FfmpegFailed;
    }

    private static <T> T withFile(CallContext call, byte[] bytes, Work<T> work) {
        try {
            var file = TemporaryMedia.create();
            try {
                Files.write(file, bytes);
                return work.on(file);
            } finally {
                Files.delete(file);
            }
        } catch (FfmpegFailed e) {
            throw new InvalidInput(
                    "the file can't be read (expected: %s): %s".formatted(CallersFile.READABLE, e.getMessage()));
        } catch (IOException e) {
            throw TemporaryMedia.noRoom(call, e);
        }
    }

    private static List<String> with(List<String> arguments, String... more) {
        return with(arguments, List.of(more));
    }

    private static List<String> with(List<String> arguments, List<String> more) {
        var all = new ArrayList<>(arguments);
        all.addAll(more);
        return all;
    }

    private static String decimal(double number) {
        return String.format(Locale.ROOT, "%.6f", number);
    }
}
