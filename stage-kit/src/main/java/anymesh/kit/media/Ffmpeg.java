// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media;

import anymesh.wire.call.CallContext;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * ffmpeg and ffprobe as child processes, the only ones that this project starts. A child gets a limit on memory and processor
 * time, may write no file and open no file but those that it is handed, has no environment, and is killed at a deadline or when
 * its caller goes. Thread-safe; {@link Lane} says how many run at once, in all of this process, and further callers wait.
 */
final class Ffmpeg {
    /** Which program to run, with the options that every run of it gets. */
    enum Program {
        FFMPEG("ffmpeg", List.of("-v", "error", "-nostdin", "-threads", "1", "-filter_threads", "1")), FFPROBE(
                "ffprobe",
                List.of("-v", "warning", "-threads", "1"));

        private final String file;
        @SuppressWarnings("ImmutableEnumChecker") // List.of makes immutable ones.
        private final List<String> arguments;

        Program(String file, List<String> arguments) {
            this.file = file;
            this.arguments = arguments;
        }

        String file() {
            return file;
        }
    }

    /** Takes what the child writes; may stop before the end, which ends the child. */
    interface Reader<T> {
        T read(InputStream from) throws IOException;
    }

    /** POSIX's, from signal(7) and errno(3). */
    private static final int LAST_SIGNAL = 31;
    private static final int OUT_OF_MEMORY = 12;
    /** Which demuxer spoke, and where in its memory. */
    private static final Pattern SPEAKER = Pattern.compile("^(\\[[^]]* @ 0x[0-9a-f]+] )+");

    /** What demuxers say, without failing, of a file that ends in the middle. */
    private static final Pattern CUT_OFF = Pattern.compile("ended prematurely|partial file|truncat",
            Pattern.CASE_INSENSITIVE);
    /** That, and what decoders say, without failing, of what they paint over. */
    private static final Pattern TELLING = Pattern.compile(
            CUT_OFF.pattern() + "|CRC error|CRC mismatch|LZW decode failed", Pattern.CASE_INSENSITIVE);

    private static final Logger log = LoggerFactory.getLogger(Ffmpeg.class);
    private static final Map<Lane, MediaRoom> ROOMS = Arrays.stream(Lane.values())
            .collect(Collectors.toUnmodifiableMap(lane -> lane, Lane::room));

    private final Path folder;
    private final String libraries;

    Ffmpeg(Path folder, String libraries) {
        this.folder = folder;
        this.libraries = libraries;
    }

    /**
     * Runs a program with a file as its stdin, which unlike a pipe it can seek in: an MP4 may have its index at the end. Returns
     * what the reader made of the output; what the reader throws is passed on. The child dies with the call, for which
     * {@link CallContext#ended()} is thrown, as it is while the child waits for its turn.
     *
     * @param lane   where to begin; what takes too long for {@link Lane#SHORT} is run again in the other
     * @param reader called a second time, with the output from its start, if the child is run again
     */
    <T> T run(CallContext call, Lane lane, Program program, Path stdin, List<String> arguments, Reader<T> reader)
            throws FfmpegFailed {
        try {
            return turn(call, lane, program, stdin, arguments, reader);
        } catch (OutOfTime e) {
            return switch (lane) {
                case SHORT -> run(call, Lane.LONG, program, stdin, arguments, reader);
                case LONG, OWN -> throw tooMuch(call, lane, String.valueOf(e.getMessage()));
            };
        }
    }

    private <T> T turn(CallContext call, Lane lane, Program program, Path stdin, List<String> arguments,
            Reader<T> reader) throws FfmpegFailed, OutOfTime {
        try (var _ = Objects.requireNonNull(ROOMS.get(lane)).take(call)) {
            var child = start(call, lane.fence(), program, stdin, arguments);
            return read(call, lane, new Child(child, call, lane.time(), lane.processorTime(), Ffmpeg::tells), reader);
        }
    }

    /** A process within a fence, which is the caller's to end; {@link Child#notStarted} if it can't be started. */
    Process start(CallContext call, List<String> fence, Program program, Path stdin, List<String> arguments) {
        try {
            return start(fence, program, stdin, arguments);
        } catch (IOException e) {
            throw Child.notStarted(call, e);
        }
    }

    private Process start(List<String> fence, Program program, Path stdin, List<String> arguments) throws IOException {
        var command = new ArrayList<>(fence);
        command.add(folder.resolve(program.file).toString());
        command.addAll(program.arguments);
        command.addAll(arguments);
        var builder = new ProcessBuilder(command).redirectInput(stdin.toFile());
        builder.environment().clear();
        builder.environment().putAll(Map.of("PATH", "/usr/bin:/bin", "LD_LIBRARY_PATH", libraries));
        return builder.start();
    }

    private static <T> T read(CallContext call, Lane lane, Child child, Reader<T> reader)
            throws FfmpegFailed, OutOfTime {
        try (child) {
            T result;
            boolean whole;
            try (var output = child.output()) {
                result = reader.read(output);
                whole = output.read() < 0;
            } catch (IOException | IllegalArgumentException e) {
                throw failure(call, lane, child); // What a child that is killed wrote last may be half a number.
            }
            if (whole && (child.exit() != 0 || tells(child.complaint()))) {
                throw failure(call, lane, child);
            }
            if (call.isDone()) {
                throw call.ended();
            }
            return result; // If it is not whole, the reader has what it wanted, and the rest dies with the child.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted while a child process ran");
        }
    }

    /** Why a child came to nothing. */
    private static FfmpegFailed failure(CallContext call, Lane lane, Child child)
            throws InterruptedException, OutOfTime {
        int exit = child.exit();
        if (call.isDone()) {
            throw call.ended();
        }
        child.checkStarted(call);
        if (exit == Child.KILLED) {
            throw new OutOfTime(child.toString());
        }
        if ((exit > 128 && exit <= 128 + LAST_SIGNAL) || exit == 256 - OUT_OF_MEMORY) {
            // Other numbers above 128 are the low byte of one of ffmpeg's own error codes.
            return tooMuch(call, lane, child.toString());
        }
        var told = child.complaint();
        if (CUT_OFF.matcher(told).find()) {
            return new FfmpegFailed("it is cut off");
        }
        return new FfmpegFailed(told.contains("whitelist") ? "it is none of these" : plain(told));
    }

    /** A child was killed, by the fence's limit of processor time or at its deadline. */
    private static final class OutOfTime extends Exception {
        private static final long serialVersionUID = 1L;

        OutOfTime(String how) {
            super(how);
        }
    }

    /** The caller hears nothing of it, but whoever runs this wants to know which limit it was. */
    private static FfmpegFailed tooMuch(CallContext call, Lane lane, String how) {
        log.warn("requestId={} lane={} a child was ended: {}", call.requestId(), lane, how);
        return FfmpegFailed.tooMuch();
    }

    private static boolean tells(String complaint) {
        return TELLING.matcher(complaint).find();
    }

    /** A complaint as a caller may read it. */
    private static String plain(String complaint) {
        return complaint.isEmpty()
                ? "no reason given"
                : SPEAKER.matcher(complaint).replaceFirst("").replaceFirst("^fd:: ", "").replaceFirst("^fd:",
                        "the file");
    }

    /** Runs nothing, to see whether the program can: its complaint, or empty. */
    String check() throws IOException {
        var nothing = Files.createTempFile("anymesh", ".check");
        try {
            var lane = Lane.OWN;
            var call = CallContext.start("ffmpeg", null, lane.time());
            var process = start(lane.fence(), Program.FFMPEG, nothing, List.of("-version"));
            try (var child = new Child(process, call, lane.time(), lane.processorTime(), _ -> false)) {
                child.output().readAllBytes();
                return child.exit() == 0 ? "" : child.toString();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        } finally {
            Files.delete(nothing);
        }
    }
}
