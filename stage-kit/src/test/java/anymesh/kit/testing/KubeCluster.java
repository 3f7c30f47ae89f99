// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * A real Kubernetes on loopback, whose nodes are not real: pods become ready and nothing runs in them. Where there is none,
 * the test is skipped and says so; under CI it fails.
 */
public final class KubeCluster {
    private static final String SCRIPT = Path.of(System.getProperty("anymesh.root"), "scripts/kube").toString();
    private static final String API_SERVER = "kube-apiserver";

    private final Path state;
    private final int port;

    private KubeCluster(Path state, int port) {
        this.state = state;
        this.port = port;
    }

    private record Outcome(int code, String output) {}

    /** Starts one, which ends with this JVM. */
    static KubeCluster start() {
        try {
            var cluster = new KubeCluster(Files.createTempDirectory("kube"), ServerProcesses.freePort());
            var built = cluster.execute(List.of(SCRIPT, "built"));
            if (built.code() != 0) {
                Files.delete(cluster.state);
                return System.getenv("CI") == null ? abort(built.output()) : fail(built.output());
            }
            Runtime.getRuntime().addShutdownHook(new Thread(() -> cluster.script("down")));
            cluster.script("up");
            return cluster;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of somebody who may do everything. */
    public Path kubeconfig() {
        return state.resolve("kubeconfig");
    }

    /** Kills the API server as it stands; what it knew lies in etcd. */
    public void killApi() {
        script("kill", API_SERVER);
    }

    /** Starts it again, and waits until it answers. */
    public void reviveApi() {
        script("revive", API_SERVER);
        Awaitility.await().until(() -> attempt("get", "--raw", "/readyz").output().equals("ok"));
    }

    /** Gives what kubectl printed; fails if kubectl does. */
    public String kubectl(String... arguments) {
        var outcome = attempt(arguments);
        assertThat(outcome.code()).as("kubectl %s: %s", List.of(arguments), outcome.output()).isZero();
        return outcome.output();
    }

    private Outcome attempt(String... arguments) {
        return execute(Stream.concat(Stream.of("bash", "-c", "eval \"$($0 env)\" && exec kubectl \"$@\"", SCRIPT),
                Stream.of(arguments)).toList());
    }

    private void script(String... arguments) {
        var command = new ArrayList<>(List.of(SCRIPT));
        command.addAll(List.of(arguments));
        var outcome = execute(command);
        assertThat(outcome.code()).as("%s: %s", command, outcome.output()).isZero();
    }

    private Outcome execute(List<String> command) {
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("ANYMESH_KUBE_STATE", state.toString());
        builder.environment().put("ANYMESH_KUBE_PORT", String.valueOf(port));
        try {
            // Into a file: parts of the cluster inherit the stream, and hold it open as long as they live.
            var output = Files.createTempFile("kube", ".out");
            try {
                int code = builder.redirectOutput(output.toFile()).start().waitFor();
                return new Outcome(code, Files.readString(output, UTF_8).strip());
            } finally {
                Files.delete(output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
