// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.processes;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The logs of a mesh of processes: a file for each instance, called after it. */
public final class LogFiles {
    private static final String SUFFIX = ".log";
    private static final long LOOK_EVERY_MILLIS = 200;

    private final Path folder;
    private final Map<Path, Long> positions = new HashMap<>();

    public LogFiles(Path folder) {
        this.folder = folder;
    }

    /**
     * Prints the last lines of the logs of services or instances, each line after its instance's name if there are many.
     * Throws {@link IllegalArgumentException} if there is no such log.
     */
    public void print(Collection<String> names, int lines, PrintStream to) throws IOException {
        var files = of(names);
        if (files.isEmpty()) {
            throw new IllegalArgumentException(
                    "there is no log of '%s' in %s".formatted(String.join("', '", names), folder));
        }
        for (var file : files) {
            var text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
            positions.put(file, Files.size(file));
            var all = text.lines().toList();
            write(all.subList(Math.max(0, all.size() - lines), all.size()), file, files.size() > 1, to);
        }
    }

    /** Prints what is added from now on, also by instances that are new, until the thread is interrupted. */
    public void follow(Collection<String> names, PrintStream to) throws IOException, InterruptedException {
        while (true) {
            var files = of(names);
            for (var file : files) {
                write(added(file), file, files.size() > 1, to);
            }
            to.flush();
            Thread.sleep(LOOK_EVERY_MILLIS);
        }
    }

    /** Whole lines that were added since the last look. */
    private List<String> added(Path file) throws IOException {
        try (var channel = Files.newByteChannel(file)) {
            long from = positions.getOrDefault(file, 0L);
            // A file that shrank was begun anew.
            channel.position(from > channel.size() ? 0 : from);
            long start = channel.position();
            var bytes = ByteBuffer.allocate((int) Math.min(channel.size() - start, 1 << 20));
            channel.read(bytes);
            var text = new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
            var whole = text.substring(0, text.lastIndexOf('\n') + 1);
            positions.put(file, start + whole.getBytes(StandardCharsets.UTF_8).length);
            return whole.lines().toList();
        }
    }

    private static void write(List<String> lines, Path file, boolean isOneOfMany, PrintStream to) {
        var name = file.getFileName().toString();
        var prefix = isOneOfMany ? name.substring(0, name.length() - SUFFIX.length()) + " | " : "";
        lines.forEach(line -> to.println(prefix + line));
    }

    private List<Path> of(Collection<String> names) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> {
                var log = file.getFileName().toString();
                return names.stream().anyMatch(name -> isOf(name, log));
            }).sorted().toList();
        }
    }

    private static boolean isOf(String name, String log) {
        return log.equals(name + SUFFIX) || (log.startsWith(name + "-") && log.endsWith(SUFFIX)
                && log.substring(name.length() + 1, log.length() - SUFFIX.length()).matches("\\d+"));
    }

    /** The last line that says something, for a process that ended. */
    static String lastLine(Path log) throws IOException {
        if (!Files.exists(log)) {
            return "it left no log";
        }
        try (Stream<String> lines = Files.lines(log)) {
            return lastLine(lines).orElse("its log is empty");
        }
    }

    /** The last line that says something; a stack trace explains less than the line above it. */
    public static Optional<String> lastLine(Stream<String> lines) {
        return lines.filter(line -> !line.isBlank() && !line.matches("\\s+(at |\\.\\.\\. ).*|Caused by: .*"))
                .reduce((_, last) -> last);
    }
}
