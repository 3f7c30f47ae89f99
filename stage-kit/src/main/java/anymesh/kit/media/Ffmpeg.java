// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;

/**
 * ffmpeg and ffprobe as child processes, the only ones that this project starts. A child gets a limit on memory and processor
 * time, may write no file and open no file but those that it is handed, has no environment, and is killed at a deadline.
 * Thread-safe; as many children run at once as there are processors, and further callers wait.
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

    /** 500 MB is the least that starts; the address space is counted, not what is touched. */
    private static final List<String> FENCE = List.of("prlimit", "--as=1000000000", "--cpu=10", "--fsize=0", "--core=0",
            "--");
    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final int MAX_COMPLAINT = 4096;
    /** POSIX's, from signal(7) and errno(3). */
    private static final int LAST_SIGNAL = 31;
    private static final int OUT_OF_MEMORY = 12;
    /** Which demuxer spoke, and where in its memory. */
    private static final Pattern SPEAKER = Pattern.compile("^(\\[[^]]* @ 0x[0-9a-f]+] )+");

    /** What demuxers say, without failing, of a file that ends in the middle. */
    private static final Pattern CUT_OFF = Pattern.compile("ended prematurely|partial file|truncat",
            Pattern.CASE_INSENSITIVE);

    private final Path folder;
    private final String libraries;
    private final Semaphore turns = new Semaphore(Runtime.getRuntime().availableProcessors());

    Ffmpeg(Path folder, String libraries) {
        this.folder = folder;
        this.libraries = libraries;
    }

    /**
     * Runs a program with a file as its stdin, which unlike a pipe it can seek in: an MP4 may have its index at the end. Returns
     * what the reader made of the output; what the reader throws is passed on.
     */
    <T> T run(Program program, Path stdin, List<String> arguments, Reader<T> reader) throws FfmpegFailed {
        turns.acquireUninterruptibly();
        try {
            return run(start(program, stdin, arguments), reader);
        } finally {
            turns.release();
        }
    }

    private Process start(Program program, Path stdin, List<String> arguments) throws FfmpegFailed {
        var command = new ArrayList<>(FENCE);
        command.add(folder.resolve(program.file).toString());
        command.addAll(program.arguments);
        command.addAll(arguments);
        var builder = new ProcessBuilder(command).redirectInput(stdin.toFile());
        builder.environment().clear();
        builder.environment().putAll(Map.of("PATH", "/usr/bin:/bin", "LD_LIBRARY_PATH", libraries));
        try {
            return builder.start();
        } catch (IOException e) {
            throw new FfmpegFailed(String.valueOf(e.getMessage()));
        }
    }

    private static <T> T run(Process child, Reader<T> reader) throws FfmpegFailed {
        var complaint = CompletableFuture.supplyAsync(() -> complaint(child), Thread::startVirtualThread);
        var late = new AtomicBoolean();
        Thread.startVirtualThread(() -> killAtDeadline(child, late));
        try {
            T result;
            boolean whole;
            try (var output = child.getInputStream()) {
                result = reader.read(output);
                whole = output.read() < 0;
            }
            if (!whole) {
                return result; // The reader has what it wanted; the rest dies with the child.
            }
            int exit = child.waitFor();
            if (late.get() || wasStopped(exit)) {
                throw new FfmpegFailed("it takes too much time or memory");
            }
            if (CUT_OFF.matcher(complaint.join()).find()) {
                throw new FfmpegFailed("it is cut off");
            }
            if (exit != 0) {
                throw new FfmpegFailed(complaint.join());
            }
            return result;
        } catch (IOException e) {
            throw new FfmpegFailed(late.get() ? "it takes too much time or memory" : complaint.join());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted while a child process ran");
        } finally {
            child.destroyForcibly();
        }
    }

    /** By a signal, or for want of memory; other numbers above 128 are the low byte of one of ffmpeg's own error codes. */
    private static boolean wasStopped(int exit) {
        return (exit > 128 && exit <= 128 + LAST_SIGNAL) || exit == 256 - OUT_OF_MEMORY;
    }

    private static void killAtDeadline(Process child, AtomicBoolean late) {
        try {
            if (!child.waitFor(DEADLINE.toMillis(), TimeUnit.MILLISECONDS)) {
                late.set(true);
                child.destroyForcibly();
            }
        } catch (InterruptedException e) {
            child.destroyForcibly();
        }
    }

    /** The last line of stderr, or the one that says that the file is cut off. All of it is read, so that a talkative child does not stop at a full pipe. */
    private static String complaint(Process child) {
        var last = "no reason given";
        try (var lines = child.errorReader(StandardCharsets.UTF_8)) {
            for (String line; (line = lines.readLine()) != null;) {
                if (!line.isBlank() && !line.contains("no version information available")
                        && !CUT_OFF.matcher(last).find()) {
                    last = line;
                }
            }
        } catch (IOException e) {
            // The child was killed while it spoke.
        }
        return SPEAKER.matcher(last.substring(0, Math.min(last.length(), MAX_COMPLAINT))).replaceFirst("")
                .replaceFirst("^fd:: ", "").replaceFirst("^fd:", "the file");
    }

    /** Runs nothing, to see whether the program can: its complaint, or empty. */
    String check() throws IOException {
        var nothing = Files.createTempFile("anymesh", ".check");
        try {
            return run(Program.FFMPEG, nothing, List.of("-version"), InputStream::readAllBytes).length > 0
                    ? ""
                    : "silence";
        } catch (FfmpegFailed e) {
            return e.getMessage();
        } finally {
            Files.delete(nothing);
        }
    }
}
