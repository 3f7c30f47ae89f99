// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.processes;

import anymesh.cli.supervise.ProcessSpec;
import anymesh.kit.server.FreePorts;
import anymesh.kit.tls.TlsConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A Consul of the mesh's own: one server agent on loopback with a data directory, so that a restart forgets nothing, and
 * with the same ports for its whole life.
 */
record ConsulServer(String binary, Path folder, List<Integer> ports, TlsConfig tls) {
    static final String ID = "consul";

    /** Finds the binary with {@code scripts/consul-bin}, which may build it first and says so. */
    static ConsulServer in(Path home, Path folder, TlsConfig tls) throws IOException, InterruptedException {
        var search = new ProcessBuilder(home.resolve("scripts/consul-bin").toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        var binary = new String(search.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (search.waitFor() != 0) {
            throw new IOException("there is no Consul; --consul HOST:PORT uses one that runs elsewhere");
        }
        return new ConsulServer(binary, folder, FreePorts.of(3), tls);
    }

    String address() {
        return "127.0.0.1:" + ports.get(0);
    }

    /** Its configuration is written beside its data. */
    ProcessSpec spec(Path log) {
        var file = folder.resolve("consul.hcl");
        try {
            Files.createDirectories(folder);
            Files.writeString(file, """
                    server = true
                    bootstrap_expect = 1
                    node_name = "anymesh"
                    bind_addr = "127.0.0.1"
                    client_addr = "127.0.0.1"
                    data_dir = "%s"
                    pid_file = "%s"
                    ports { http = %d, server = %d, serf_lan = %d, serf_wan = -1, grpc = -1, grpc_tls = -1, dns = -1 }
                    # A cluster of one elects itself sooner.
                    performance { raft_multiplier = 1 }
                    disable_update_check = true
                    %s
                    """.formatted(folder.resolve("data"), pidFile(), ports.get(0), ports.get(1), ports.get(2),
                    checksWithTls()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new ProcessSpec(ID, List.of(binary, "agent", "-config-file=" + file), Map.of(), folder, log);
    }

    /** Stages with mutual TLS answer health checks only to those with a certificate. */
    private String checksWithTls() {
        return tls.enabled()
                ? """
                        enable_agent_tls_for_checks = true
                        tls { defaults { ca_file = "%s", cert_file = "%s", key_file = "%s" } }
                        """.formatted(tls.ca(), tls.certificate(), tls.key())
                : "";
    }

    /** Ends the Consul of a mesh that was itself killed: it would keep the data directory locked. */
    void endLeftover() throws IOException {
        leftover().ifPresent(left -> {
            left.destroy();
            left.onExit().completeOnTimeout(left, 10, TimeUnit.SECONDS).join();
        });
        Files.deleteIfExists(pidFile());
    }

    private Optional<ProcessHandle> leftover() throws IOException {
        if (!Files.exists(pidFile())) {
            return Optional.empty();
        }
        var pid = Files.readString(pidFile()).strip();
        return pid.matches("\\d+")
                ? ProcessHandle.of(Long.parseLong(pid)).filter(process -> process.info().command()
                        .filter(command -> command.endsWith("/consul")).isPresent())
                : Optional.empty();
    }

    private Path pidFile() {
        return folder.resolve("consul.pid");
    }
}
