// SPDX-License-Identifier: Apache-2.0
package anymesh.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.regex.Pattern;

/** {@code ./anymesh up}, a whole mesh in one process of its own. */
final class MeshProcess implements AutoCloseable {
    private static final Pattern URL = Pattern.compile("http://[0-9.]+:\\d+");
    private static final Pattern PEAK = Pattern.compile("VmHWM:\\s+(\\d+) kB");

    private final Process process;
    private final Path state;
    private final String url;

    private MeshProcess(Process process, Path state, String url) {
        this.process = process;
        this.state = state;
        this.url = url;
    }

    static MeshProcess start(Path home) throws IOException {
        var builder = new ProcessBuilder(home.resolve("anymesh").toString(), "up", "--port", "0")
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        var state = Files.createTempDirectory("anymesh-bench").resolve("mesh");
        builder.environment().put("ANYMESH_STATE", state.toString());
        var process = builder.start();
        try {
            var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                var url = URL.matcher(line);
                if (url.find()) {
                    return new MeshProcess(process, state, url.group());
                }
            }
            throw new IOException("the mesh ended");
        } catch (IOException e) {
            process.destroy();
            throw e;
        }
    }

    String url() {
        return url;
    }

    long liveBytes() throws IOException {
        return Heap.liveBytes(process);
    }

    /** The most memory that the process has had. */
    long peakBytes() throws IOException {
        var status = Files.readString(Path.of("/proc", String.valueOf(process.pid()), "status"));
        var peak = PEAK.matcher(status);
        if (!peak.find()) {
            throw new IOException(status);
        }
        return Long.parseLong(peak.group(1)) << 10;
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().join();
        try {
            Files.deleteIfExists(state);
            Files.deleteIfExists(Objects.requireNonNull(state.getParent()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
