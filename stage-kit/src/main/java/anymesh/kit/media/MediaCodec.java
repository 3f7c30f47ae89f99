// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media;

import anymesh.kit.media.Ffmpeg.Program;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.InferenceFailed;
import anymesh.wire.error.InvalidInput;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Reads WAV, FLAC, MP3, AAC, Ogg (Vorbis, Opus, FLAC), M4A, MP4, WebM and GIF; writes what {@link SoundFormat} and
 * {@link ClipFormat} list. What a file says of its length and size is checked first, and held against what comes out.
 * Thread-safe; every call blocks for some 20 to 100 ms and longer with large files.
 */
public final class MediaCodec {
    private static final String CONTAINERS = "wav,flac,mp3,aac,ogg,mov,matroska,webm,gif";
    private static final String READABLE = "WAV, FLAC, MP3, AAC, Ogg, M4A, MP4, WebM or GIF";
    private static final int MAX_PROBE_BYTES = 1 << 20;
    private static final int MAX_FILE_BYTES = 256 << 20;

    private final Ffmpeg ffmpeg;
    private final MediaLimits limits;

    private MediaCodec(Ffmpeg ffmpeg, MediaLimits limits) {
        this.ffmpeg = ffmpeg;
        this.limits = limits;
    }

    /**
     * Sees that ffmpeg starts; throws {@link IllegalStateException} with the reason if it can't on this machine. Callers' media
     * that processes which were killed left in the temporary folder are deleted.
     */
    public static MediaCodec start(MediaLimits limits) {
        try {
            TemporaryMedia.sweep();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new MediaCodec(FfmpegFiles.find(), limits);
    }

    /**
     * The beginning of a file's sound as one channel at a rate. {@link InvalidInput} for a file that can't be read, holds no
     * sound, is cut off, or says that it is longer than allowed.
     *
     * @param seconds of the sound to unpack at most; what comes after is not looked at
     */
    public Sound sound(CallContext call, byte[] file, int samplingRate, double seconds) {
        WavFile.check(file);
        return withFile(file, path -> {
            var probe = probe(call, path);
            if (!probe.hasSound()) {
                throw new InvalidInput("the file holds no sound");
            }
            int most = Math.toIntExact(Math.round(seconds * samplingRate));
            var bytes = ffmpeg.run(call, Lane.SHORT, Program.FFMPEG, path,
                    with(input(), "-t", decimal(seconds), "-map", "0:a:0", "-ac", "1",
                            "-ar", String.valueOf(samplingRate), "-f", "f32le", "pipe:1"),
                    from -> from.readNBytes(4 * most));
            var samples = new float[bytes.length / 4];
            ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(samples);
            var sound = new Sound(samples, samplingRate);
            if (samples.length == 0) {
                throw new InvalidInput("the file holds no sound");
            }
            if (samples.length < most) {
                probe.checkWhole(sound.seconds());
            }
            return sound;
        });
    }

    /**
     * So many frames of a film, evenly spaced: of the n that there are, frame ⌊i·n/count⌋ for each i below {@code count}, in
     * their own size. {@link InvalidInput} as for {@link #sound}.
     *
     * @param each what is wanted of a frame, which is not kept; called again from the first one if ffmpeg is run again
     */
    public <F> List<F> frames(CallContext call, byte[] file, int count, Function<VideoFrame, F> each) {
        return withFile(file, path -> {
            var probe = probe(call, path);
            if (!probe.hasVideo()) {
                throw new InvalidInput("the file holds no video");
            }
            var times = ffmpeg.run(call, Lane.SHORT, Program.FFMPEG, path, with(video(), "-f", "framecrc", "pipe:1"),
                    FrameTimes::read);
            if (times.frames() == 0) {
                throw new InvalidInput("the file holds no frame that can be read");
            }
            probe.checkWhole(times.seconds());
            var copies = new TreeMap<Integer, Integer>();
            for (int i = 0; i < count; i++) {
                copies.merge((int) ((long) i * times.frames() / count), 1, Integer::sum);
            }
            return pick(call, path, copies, each);
        });
    }

    /** The frames with these numbers, each as often as is said. */
    private <F> List<F> pick(CallContext call, Path path, SortedMap<Integer, Integer> copies,
            Function<VideoFrame, F> each) throws FfmpegFailed {
        var select = copies.keySet().stream().map("eq(n\\,%d)"::formatted).collect(Collectors.joining("+"));
        var arguments = with(video(), "-vf", "select=" + select, "-c:v", "ppm", "-f", "image2pipe", "pipe:1");
        return ffmpeg.run(call, Lane.SHORT, Program.FFMPEG, path, arguments, from -> {
            var picked = new ArrayList<F>();
            var next = copies.values().iterator();
            new PpmReader(from, limits.maxPixels())
                    .readAll(frame -> picked.addAll(Collections.nCopies(next.next(), each.apply(frame))));
            if (next.hasNext()) {
                throw new EOFException("a frame is missing");
            }
            return picked;
        });
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
        return withFile(WavFile.of(sound),
                wav -> written(call, frames.array(), with(with(arguments, named(wav, List.of("-f", "wav"))), output)));
    }

    /**
     * A film with a sound beside it instead of its own, both of them files that the mesh has made. The frames stay as they are,
     * and the film as long as it was: what the sound has beyond is cut off, what it lacks is silence.
     */
    public byte[] withSound(CallContext call, byte[] film, ClipFormat format, byte[] sound, SoundFormat soundFormat) {
        return withFile(sound,
                file -> written(call, film, with(with(with(input(), named(file, soundFormat.input())),
                        "-map", "0:v:0", "-map", "1:a:0", "-af", "apad", "-shortest"), format.remuxing())));
    }

    /** A second input, a file of our own making, which therefore may be opened by its name. */
    private static List<String> named(Path file, List<String> options) {
        return with(with(List.of("-protocol_whitelist", "file"), options), "-i", file.toString());
    }

    private byte[] written(CallContext call, byte[] input, List<String> arguments) {
        try {
            return withFile(input, path -> ffmpeg.run(call, Lane.SHORT, Program.FFMPEG, path, with(arguments, "pipe:1"),
                    from -> from.readNBytes(MAX_FILE_BYTES)));
        } catch (InvalidInput e) {
            throw new InferenceFailed("the file could not be written: " + e.getMessage(), e);
        }
    }

    private Probe probe(CallContext call, Path file) throws FfmpegFailed {
        var fence = List.of("-protocol_whitelist", "fd", "-format_whitelist", CONTAINERS, "-max_pixels",
                String.valueOf(limits.maxPixels()));
        var probe = ffmpeg.run(call, Lane.SHORT, Program.FFPROBE, file, with(fence, Probe.ARGUMENTS),
                from -> Probe.of(from.readNBytes(MAX_PROBE_BYTES)));
        probe.check(limits);
        return probe;
    }

    private List<String> input() {
        return List.of("-max_pixels", String.valueOf(limits.maxPixels()), "-protocol_whitelist", "fd",
                "-format_whitelist",
                CONTAINERS, "-i", "fd:");
    }

    /** The film itself, not a cover's picture; no frame is doubled or dropped to keep a rate. */
    private List<String> video() {
        return with(input(), "-t", decimal(limits.maxSeconds()), "-map", "0:V:0", "-fps_mode", "passthrough");
    }

    private interface Work<T> {
        T on(Path file) throws FfmpegFailed;
    }

    private static <T> T withFile(byte[] bytes, Work<T> work) {
        try {
            var file = TemporaryMedia.create();
            try {
                Files.write(file, bytes);
                return work.on(file);
            } finally {
                Files.delete(file);
            }
        } catch (FfmpegFailed e) {
            throw new InvalidInput("the file can't be read (expected: %s): %s".formatted(READABLE, e.getMessage()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
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
