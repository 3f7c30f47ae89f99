// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A Kubernetes of a test's own: a real API server, controllers and scheduler with two fake nodes ({@code cpu-1}, {@code cpu-2})
 * and two with GPUs ({@code gpu-1}, {@code gpu-2}), by {@code scripts/kube}. Closing it ends it and removes its state. Where a
 * part is missing the test says which and is skipped; in CI it fails.
 */
final class KubeCluster implements AutoCloseable {
    static final String NAMESPACE = "anymesh";
    /** Of the machine that the API server runs on. */
    static final String NODE_ADDRESS = "192.0.2.1";
    private static final Path SCRIPT = Python.ROOT.resolve("scripts/kube");

    /** Rendering takes a second, and the files do not change meanwhile. */
    private static final Map<String, Manifests> RENDERED = new ConcurrentHashMap<>();

    private final Path state;
    private final int port;

    /** What a command printed, and its exit status. */
    record Ended(int code, String out, String err) {
        /** What was printed by a command that must have succeeded. */
        String expectSuccess() {
            assertThat(code).as(err).isZero();
            return out;
        }
    }

    private KubeCluster(Path state, int port) {
        this.state = state;
        this.port = port;
    }

    static KubeCluster start() throws IOException, InterruptedException {
        return start("--kwok");
    }

    /** One with a real node instead, on which pods run and are reached. */
    static KubeCluster startNode() throws IOException, InterruptedException {
        return start("--node");
    }

    private static KubeCluster start(String nodes) throws IOException, InterruptedException {
        require();
        var cluster = new KubeCluster(Files.createTempDirectory("anymesh-kube-"), freePort());
        try {
            cluster.script("up", nodes).expectSuccess();
            return cluster;
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            cluster.close();
            throw e;
        }
    }

    /** Skips the test, or fails it in CI, for want of a part. */
    static void missing(String what) {
        if (Boolean.parseBoolean(System.getenv("CI"))) {
            fail("missing under CI: " + what);
        }
        abort("missing: " + what);
    }

    private static void require() throws IOException, InterruptedException {
        var built = run(null, Map.of(), List.of(SCRIPT.toString(), "built"));
        if (built.code() != 0) {
            missing(built.err().strip());
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** What kustomize makes of a folder of {@code k8s/}, such as {@code overlays/test}; needs no cluster. */
    static Manifests render(String folder) throws IOException, InterruptedException {
        var rendered = RENDERED.get(folder);
        if (rendered == null) {
            rendered = render(Python.ROOT.resolve("k8s").resolve(folder));
            RENDERED.put(folder, rendered);
        }
        return rendered.copy();
    }

    /** What kustomize makes of a folder; needs no cluster. */
    static Manifests render(Path folder) throws IOException, InterruptedException {
        require();
        return Manifests.parse(run(null, Map.of(), kubectlCommand("kustomize", folder.toString())).expectSuccess());
    }

    /** The base with a component, as somebody would write it into an overlay. */
    static Manifests renderWith(String component) throws IOException, InterruptedException {
        var folder = Files.createTempDirectory("k8s-" + component);
        var k8s = folder.toRealPath().relativize(Python.ROOT.resolve("k8s").toRealPath());
        Files.writeString(folder.resolve("kustomization.yaml"),
                "resources: [%s/base]\ncomponents: [%s/components/%s]\n".formatted(k8s, k8s, component));
        try {
            return render(folder);
        } finally {
            Files.delete(folder.resolve("kustomization.yaml"));
            Files.delete(folder);
        }
    }

    /** kubectl, as the cluster's administrator. */
    Ended kubectl(String... arguments) throws IOException, InterruptedException {
        return run(null, environment(), kubectlCommand(arguments));
    }

    /** kubectl with these on its standard input. */
    Ended kubectl(Manifests input, String... arguments) throws IOException, InterruptedException {
        return run(input.yaml(), environment(), kubectlCommand(arguments));
    }

    /** What kubectl says in JSON. */
    JsonNode get(String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("get", "-o", "json"));
        command.addAll(List.of(arguments));
        return MeshClient.JSON.readTree(kubectl(command.toArray(String[]::new)).expectSuccess());
    }

    /** As {@code kubectl apply --server-side}. */
    Ended apply(Manifests manifests, String... options) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("apply", "--server-side", "-f", "-"));
        command.addAll(List.of(options));
        return kubectl(manifests, command.toArray(String[]::new));
    }

    /** {@code ./anymesh} as somebody types it who has this cluster's kubeconfig, for the mesh in {@link #NAMESPACE}. */
    Ended anymesh(String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(Python.ROOT.resolve("anymesh").toString()));
        command.addAll(List.of(arguments));
        return run(null, Map.of("KUBECONFIG", state.resolve("kubeconfig").toString(), "ANYMESH_NAMESPACE", NAMESPACE),
                command);
    }

    /** Waits until every Deployment of the mesh has what it is to have. */
    void awaitAvailable() throws IOException, InterruptedException {
        kubectl("wait", "-n", NAMESPACE, "--for=condition=Available", "deployment", "--all", "--timeout=180s")
                .expectSuccess();
    }

    /** Waits until a service's pods are all as its Deployment says now. */
    void awaitRollout(String service) throws IOException, InterruptedException {
        kubectl("rollout", "status", "-n", NAMESPACE, "deployment/" + service, "--timeout=300s").expectSuccess();
    }

    /** What there is to see of the mesh where a test has failed. */
    String evidence() throws IOException, InterruptedException {
        return kubectl("get", "pods", "-n", NAMESPACE, "-o", "wide").out()
                + kubectl("get", "events", "-n", NAMESPACE, "--sort-by=.lastTimestamp").out()
                + kubectl("logs", "-n", NAMESPACE, "deployment/gateway", "--tail=200").out();
    }

    /** Gives the node images of the Docker API's, by their full names. */
    void load(List<String> images) throws IOException, InterruptedException {
        script(Stream.concat(Stream.of("load"), images.stream()).toArray(String[]::new)).expectSuccess();
    }

    /** The same command within the cluster's network; its paths have to be absolute. */
    ProcessBuilder inside(ProcessBuilder command) {
        var all = new ArrayList<>(List.of(SCRIPT.toString(), "in"));
        all.addAll(command.command());
        command.command(all).environment().putAll(environment());
        return command;
    }

    /** Starts a program that others in the cluster reach at {@link #NODE_ADDRESS}; it ends with the cluster. */
    Process startInside(Path log, String... command) throws IOException {
        return inside(new ProcessBuilder(command)).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    }

    /** The API server's certificate and key, for who serves within the cluster. */
    Path certificates() {
        return state.resolve("pki");
    }

    @Override
    public void close() throws IOException {
        try {
            script("down").expectSuccess();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the cluster ended; its state is in " + state, e);
        }
    }

    private Ended script(String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(SCRIPT.toString()));
        command.addAll(List.of(arguments));
        return run(null, environment(), command);
    }

    private Map<String, String> environment() {
        return Map.of("ANYMESH_KUBE_STATE", state.toString(), "ANYMESH_KUBE_PORT", String.valueOf(port));
    }

    private static List<String> kubectlCommand(String... arguments) {
        var command = new ArrayList<>(List.of("bash", "-c", "eval \"$(\"$0\" env)\"; exec kubectl \"$@\"",
                SCRIPT.toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** Into files and not pipes: what the script leaves running has its output, and a pipe would not end before that does. */
    private static Ended run(@Nullable String input, Map<String, String> environment, List<String> command)
            throws IOException, InterruptedException {
        var files = new File[3];
        try {
            for (int i = 0; i < files.length; i++) {
                files[i] = File.createTempFile("kube-", ".txt");
            }
            Files.writeString(files[0].toPath(), input == null ? "" : input);
            var builder = new ProcessBuilder(command).directory(Python.ROOT.toFile()).redirectInput(files[0])
                    .redirectOutput(files[1]).redirectError(files[2]);
            builder.environment().putAll(environment);
            int code = builder.start().waitFor();
            return new Ended(code, Files.readString(files[1].toPath(), StandardCharsets.UTF_8),
                    Files.readString(files[2].toPath(), StandardCharsets.UTF_8));
        } finally {
            for (var file : files) {
                if (file != null) {
                    Files.deleteIfExists(file.toPath());
                }
            }
        }
    }
}
