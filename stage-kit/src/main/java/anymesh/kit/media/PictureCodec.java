// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media;

import anymesh.wire.call.CallContext;
import anymesh.wire.error.InvalidInput;
import anymesh.wire.error.Overloaded;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Decodes pictures in a child process of its own for each, behind a fence of memory and processor time and less urgent than
 * this process, killed when its caller goes. Thread-safe; who calls says what a child may take, and sees to it that not too
 * many run at once. Blocks for 30 ms and more.
 */
public final class PictureCodec {
    /** What a child takes that decodes nothing, most of it room for stacks. */
    public static final long BASE_BYTES = 96L << 20;

    private static final Duration CPU = Duration.ofSeconds(10);
    /** Of waiting for a processor too. */
    private static final Duration DEADLINE = Duration.ofSeconds(30);
    private static final int MAX_COMPLAINT = 300;
    private static final Pattern SPEAKER = Pattern.compile("^(\\[[^]]*] )+");
    private static final Pattern OUT_OF_MEMORY = Pattern
            .compile("allocate|pthread_create|get_buffer\\(\\) failed|Out of memory|failed to map",
                    Pattern.CASE_INSENSITIVE);
    private static final int OUT_OF_TIME = 128 + 24;

    private final Ffmpeg ffmpeg;

    PictureCodec(Ffmpeg ffmpeg) {
        this.ffmpeg = ffmpeg;
    }

    /**
     * What to decode, and how.
     *
     * @param file        pieces which one after the other are the file
     * @param demuxer     ffmpeg's name, as {@code decoder}
     * @param decoding    further options of the decoder, such as {@code -lowres 2}
     * @param filters     what is done to each picture
     * @param alpha       whether rows come with a fourth byte for opacity
     * @param memoryBytes that the child may take, beyond {@link #BASE_BYTES}
     */
    public record Job(List<ByteBuffer> file, String demuxer, String decoder, List<String> decoding,
            List<String> filters, boolean alpha, long memoryBytes) {}

    /** Sees that ffmpeg starts; throws {@link IllegalStateException} with the reason if it can't on this machine. */
    public static PictureCodec start() {
        TemporaryMedia.sweep();
        return new PictureCodec(FfmpegFiles.find());
    }

    /**
     * Decodes all pictures of a file, of which there is at least one. {@link InvalidInput} if the file is damaged or takes too
     * much, {@link Overloaded} if this machine has no room for another child: what the sink got is then worthless. What the sink
     * throws is passed on, and {@link CallContext#ended()} is thrown when the call ends.
     */
    public void decode(Job job, CallContext call, PictureSink sink) {
        try {
            var file = TemporaryMedia.create();
            try {
                write(job.file(), file);
                decode(file, job, call, sink);
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw TemporaryMedia.noRoom(call, e);
        }
    }

    private static void write(List<ByteBuffer> pieces, Path file) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            for (var piece : pieces) {
                for (var rest = piece.duplicate(); rest.hasRemaining();) {
                    channel.write(rest);
                }
            }
        }
    }

    private static List<String> fence(Job job) {
        return List.of("nice", "-n", "10", "prlimit", "--data=" + (BASE_BYTES + job.memoryBytes()),
                "--cpu=" + CPU.toSeconds(), "--fsize=0", "--core=0", "--");
    }

    private static List<String> arguments(Job job) {
        var arguments = new ArrayList<>(List.of("-protocol_whitelist", "fd", "-noautorotate", "-f", job.demuxer()));
        arguments.addAll(List.of("-c:v", job.decoder()));
        arguments.addAll(job.decoding());
        arguments.addAll(List.of("-i", "fd:", "-map", "0:v:0", "-fps_mode", "passthrough"));
        if (!job.filters().isEmpty()) {
            arguments.addAll(List.of("-vf", String.join(",", job.filters())));
        }
        arguments.addAll(List.of("-sws_flags", "bilinear+accurate_rnd+full_chroma_int", "-pix_fmt",
                job.alpha() ? "rgba" : "rgb24", "-c:v", "pam", "-f", "image2pipe", "pipe:1"));
        return arguments;
    }

    private void decode(Path file, Job job, CallContext call, PictureSink sink) {
        var process = ffmpeg.start(call, fence(job), Ffmpeg.Program.FFMPEG, file, arguments(job));
        try (var child = new Child(process, call, DEADLINE, CPU, _ -> false)) {
            int pictures = 0;
            String broken = "";
            try (var from = new BufferedInputStream(child.output(), 1 << 16)) {
                pictures = new PamReader(from).readAll(sink);
            } catch (IOException e) {
                broken = String.valueOf(e.getMessage());
            }
            int exit = child.exit();
            if (call.isDone()) {
                throw call.ended();
            }
            child.checkStarted(call);
            check(exit, plain(child.complaint()), pictures, broken);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw call.ended();
        }
    }

    /** Says in the caller's terms why nothing came of it, if so. ffmpeg pads what is missing and complains; so a complaint is enough. */
    private static void check(int exit, String complaint, int pictures, String broken) {
        if (exit == Child.KILLED || exit == OUT_OF_TIME || OUT_OF_MEMORY.matcher(complaint).find()) {
            throw new InvalidInput("the picture takes too much time or memory to read");
        }
        if (exit != 0 || pictures == 0 || !complaint.isEmpty() || !broken.isEmpty()) {
            throw new InvalidInput("the picture is damaged: " + (complaint.isEmpty() ? broken : complaint));
        }
    }

    /** A complaint as a caller may read it. */
    private static String plain(String complaint) {
        var plain = SPEAKER.matcher(complaint).replaceFirst("");
        return plain.substring(0, Math.min(plain.length(), MAX_COMPLAINT));
    }
}
