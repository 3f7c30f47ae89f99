// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media;

import anymesh.wire.call.CallContext;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

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

    private static final Duration LOOK = Duration.ofMillis(25);
    private static final int MAX_COMPLAINT = 4096;
    /** POSIX's, from signal(7) and errno(3). */
    private static final int LAST_SIGNAL = 31;
    private static final int KILLED = 128 + 9;
    private static final int OUT_OF_MEMORY = 12;
    /** Which demuxer spoke, and where in its memory. */
    private static final Pattern SPEAKER = Pattern.compile("^(\\[[^]]* @ 0x[0-9a-f]+] )+");

    /** What demuxers say, without failing, of a file that ends in the middle. */
    private static final Pattern CUT_OFF = Pattern.compile("ended prematurely|partial file|truncat",
            Pattern.CASE_INSENSITIVE);
    /** That, and what decoders say, without failing, of what they paint over. */
    private static final Pattern TELLING = Pattern.compile(
            CUT_OFF.pattern() + "|CRC error|CRC mismatch|LZW decode failed", Pattern.CASE_INSENSITIVE);

    private static final Map<Lane, Turns> TURNS = Arrays.stream(Lane.values())
            .collect(Collectors.toUnmodifiableMap(lane -> lane, Lane::turns));

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
                case LONG, OWN -> throw FfmpegFailed.tooMuch();
            };
        }
    }

    private <T> T turn(CallContext call, Lane lane, Program program, Path stdin, List<String> arguments,
            Reader<T> reader) throws FfmpegFailed, OutOfTime {
        var turns = Objects.requireNonNull(TURNS.get(lane));
        turns.take(call);
        try {
            return read(call, start(lane.fence(), program, stdin, arguments), lane, reader);
        } catch (IOException e) {
            throw new FfmpegFailed(String.valueOf(e.getMessage()));
        } finally {
            turns.leave();
        }
    }

    /** A child within a fence, whose end the caller sees to. */
    Process start(List<String> fence, Program program, Path stdin, List<String> arguments) throws IOException {
        var command = new ArrayList<>(fence);
        command.add(folder.resolve(program.file).toString());
        command.addAll(program.arguments);
        command.addAll(arguments);
        var builder = new ProcessBuilder(command).redirectInput(stdin.toFile());
        builder.environment().clear();
        builder.environment().putAll(Map.of("PATH", "/usr/bin:/bin", "LD_LIBRARY_PATH", libraries));
        return builder.start();
    }

    private static <T> T read(CallContext call, Process child, Lane lane, Reader<T> reader)
            throws FfmpegFailed, OutOfTime {
        var complaint = CompletableFuture.supplyAsync(() -> complaint(child), Thread::startVirtualThread);
        Thread.startVirtualThread(() -> guard(child, call, lane));
        try (var _ = call.onCancel(child::destroyForcibly)) {
            T result;
            boolean whole;
            try (var output = child.getInputStream()) {
                result = reader.read(output);
                whole = output.read() < 0;
            } catch (IOException | IllegalArgumentException e) {
                throw failure(call, child, complaint); // What a child that is killed wrote last may be half a number.
            }
            if (whole && (child.waitFor() != 0 || TELLING.matcher(complaint.join()).find())) {
                throw failure(call, child, complaint);
            }
            if (call.isDone()) {
                throw call.ended();
            }
            return result; // If it is not whole, the reader has what it wanted, and the rest dies with the child.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted while a child process ran");
        } finally {
            child.destroyForcibly();
        }
    }

    /** Why a child came to nothing, once it has ended, as it does when nobody reads what it writes. */
    private static FfmpegFailed failure(CallContext call, Process child, CompletableFuture<String> complaint)
            throws InterruptedException, OutOfTime {
        int exit = child.waitFor();
        if (call.isDone()) {
            throw call.ended();
        }
        if (exit == KILLED) {
            throw new OutOfTime();
        }
        if ((exit > 128 && exit <= 128 + LAST_SIGNAL) || exit == 256 - OUT_OF_MEMORY) {
            return FfmpegFailed.tooMuch(); // Other numbers above 128 are the low byte of one of ffmpeg's own error codes.
        }
        var told = complaint.join();
        return new FfmpegFailed(CUT_OFF.matcher(told).find()
                ? "it is cut off"
                : told.contains("whitelist") ? "it is none of these" : told);
    }

    /** A child was killed, by the fence's limit of processor time or at the deadline here. */
    private static final class OutOfTime extends Exception {
        private static final long serialVersionUID = 1L;
    }

    /** Kills a child that takes longer than its lane allows. */
    private static void guard(Process child, CallContext call, Lane lane) {
        long end = System.nanoTime() + Math.min(lane.time().toNanos(), call.remaining().toNanos());
        try {
            while (!child.waitFor(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
                var used = child.info().totalCpuDuration().orElse(Duration.ZERO);
                if (System.nanoTime() - end > 0 || used.compareTo(lane.processorTime()) > 0) {
                    child.destroyForcibly();
                }
            }
        } catch (InterruptedException e) {
            child.destroyForcibly();
        }
    }

    /**
     * The first line of stderr, or the first that tells that the file is damaged. All of it is read, so that a talkative child
     * does not stop at a full pipe.
     */
    private static String complaint(Process child) {
        var told = "";
        try (var lines = child.errorReader(StandardCharsets.UTF_8)) {
            for (String line; (line = lines.readLine()) != null;) {
                boolean tells = TELLING.matcher(line).find() && !TELLING.matcher(told).find();
                if (tells || (told.isEmpty() && !line.contains("no version information available"))) {
                    told = line;
                }
            }
        } catch (IOException e) {
            // The child was killed while it spoke.
        }
        if (told.isBlank()) {
            return "no reason given";
        }
        return SPEAKER.matcher(told.substring(0, Math.min(told.length(), MAX_COMPLAINT))).replaceFirst("")
                .replaceFirst("^fd:: ", "").replaceFirst("^fd:", "the file");
    }

    /** Runs nothing, to see whether the program can: its complaint, or empty. */
    String check() throws IOException {
        var nothing = Files.createTempFile("anymesh", ".check");
        try {
            var call = CallContext.start("ffmpeg", null, Lane.OWN.time());
            return run(call, Lane.OWN, Program.FFMPEG, nothing, List.of("-version"),
                    InputStream::readAllBytes).length > 0
                            ? ""
                            : "silence";
        } catch (FfmpegFailed e) {
            return e.getMessage();
        } finally {
            Files.delete(nothing);
        }
    }
}
