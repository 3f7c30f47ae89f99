// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;

/** OpenAI's Python client asking for everything at once, in a process of its own; see {@code mixed_load.py}. */
final class MixedLoad implements AutoCloseable {
    private final Process process;
    private final BufferedReader lines;

    private MixedLoad(Process process, BufferedReader lines) {
        this.process = process;
        this.lines = lines;
    }

    /** Returns once every case was asked alone and the load has begun; options as of the script. */
    static MixedLoad start(String url, int requests, String... options) throws IOException {
        return begun(Python.start(command(url, requests, options)));
    }

    /** The same from within a cluster's network, where its Services have names; it ends with the cluster. */
    static MixedLoad start(KubeCluster cluster, String url, int requests, String... options) throws IOException {
        var inside = cluster.inside(Python.command(command(url, requests, options)));
        return begun(inside.redirectError(ProcessBuilder.Redirect.INHERIT).start());
    }

    private static String[] command(String url, int requests, String... options) {
        var script = Python.ROOT.resolve("mesh-it/src/test/python/mixed_load.py").toString();
        return Stream.concat(Stream.of(script, url, String.valueOf(requests)), Stream.of(options))
                .toArray(String[]::new);
    }

    private static MixedLoad begun(Process process) throws IOException {
        var load = new MixedLoad(process,
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)));
        if (!"alone".equals(load.lines.readLine())) {
            throw new AssertionError("the load did not begin; its reason is in this test's error output");
        }
        return load;
    }

    /** Ends the load, when it has asked as often as it was told to, and gives what it counted. */
    JsonNode end() throws IOException {
        process.getOutputStream().close();
        return MeshClient.JSON.readTree(lines.readLine());
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
