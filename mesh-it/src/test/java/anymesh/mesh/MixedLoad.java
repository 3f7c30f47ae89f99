// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** OpenAI's Python client asking for everything at once, in a process of its own; see {@code mixed_load.py}. */
final class MixedLoad implements AutoCloseable {
    private final Process process;
    private final BufferedReader lines;

    private MixedLoad(Process process, BufferedReader lines) {
        this.process = process;
        this.lines = lines;
    }

    /** Returns once every case was asked alone and the load has begun. */
    static MixedLoad start(String url, int requests) throws IOException {
        return start(url, requests, List.of());
    }

    /** The same where pictures of the versions {@code bad} may be others than alone. */
    static MixedLoad start(String url, int requests, List<String> bad) throws IOException {
        return begun(Python.start(command(url, requests, bad)));
    }

    /** The same from within a cluster's network, where its Services have names; it ends with the cluster. */
    static MixedLoad start(KubeCluster cluster, String url, int requests) throws IOException {
        var inside = cluster.inside(Python.command(command(url, requests, List.of())));
        return begun(inside.redirectError(ProcessBuilder.Redirect.INHERIT).start());
    }

    private static String[] command(String url, int requests, List<String> bad) {
        return new String[]{Python.ROOT.resolve("mesh-it/src/test/python/mixed_load.py").toString(), url,
            String.valueOf(requests), String.join(",", bad)};
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
