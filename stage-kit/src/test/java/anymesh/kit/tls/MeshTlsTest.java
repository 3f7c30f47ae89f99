// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import anymesh.kit.consul.ConsulConfig;
import anymesh.kit.consul.ConsulStageRegistry;
import anymesh.kit.registry.StageInstance;
import anymesh.kit.registry.StageState;
import anymesh.kit.server.Futures;
import anymesh.kit.testing.Certificates;
import anymesh.kit.testing.ConsulAgent;
import anymesh.kit.testing.HealthyServer;
import anymesh.v1.StageDescription;
import anymesh.wire.call.WireTransport;
import io.grpc.CallOptions;
import io.grpc.ChannelCredentials;
import io.grpc.ClientCall;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.vertx.core.Vertx;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** Real servers and clients over loopback. */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
final class MeshTlsTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    private Path folder;

    @Test
    void bothSidesMustShowACertificateOfTheMesh() {
        var ours = new Certificates(folder.resolve("ours")).issue("stage").issue("gateway");
        var others = new Certificates(folder.resolve("others")).issue("gateway");
        try (var stage = MeshTls.open(config(ours, "stage"));
                var gateway = MeshTls.open(config(ours, "gateway"));
                var stranger = MeshTls.open(config(others, "gateway"));
                var server = new HealthyServer(stage.server())) {
            assertThat(serverCertificate(server, "127.0.0.1", gateway.channel()).getSubjectX500Principal().getName())
                    .isEqualTo("CN=stage");
            assertThatThrownBy(() -> serverCertificate(server, "127.0.0.1", stranger.channel()))
                    .isInstanceOf(CompletionException.class).hasMessageContaining("UNAVAILABLE");
            assertThatThrownBy(
                    () -> serverCertificate(server, "127.0.0.1", InsecureChannelCredentials.create()))
                    .isInstanceOf(CompletionException.class).hasMessageContaining("UNAVAILABLE");
        }
    }

    @Test
    void aCertificateForAnotherHostIsNotAccepted() {
        var ours = new Certificates(folder).issue("stage").issue("gateway");
        try (var stage = MeshTls.open(config(ours, "stage"));
                var gateway = MeshTls.open(config(ours, "gateway"));
                var server = new HealthyServer(stage.server())) {
            assertThatThrownBy(() -> serverCertificate(server, "127.0.0.2", gateway.channel()))
                    .isInstanceOf(CompletionException.class).hasMessageContaining("UNAVAILABLE");
        }
    }

    @Test
    void newCertificatesAreTakenUpWithoutARestart() throws Exception {
        var ours = new Certificates(folder).issue("stage").issue("gateway");
        try (var stage = MeshTls.open(config(ours, "stage"));
                var gateway = MeshTls.open(config(ours, "gateway"));
                var server = new HealthyServer(stage.server())) {
            var before = serial(server, gateway);
            Files.writeString(ours.certificate("stage"), "half a file");
            ours.issue("stage");
            await().atMost(SOON).until(() -> !serial(server, gateway).equals(before));
        }
    }

    @Test
    void filesThatCannotBeUsedAreRefusedByName() {
        var ours = new Certificates(folder).issue("stage");
        var missing = new TlsConfig(true, ours.ca().toString(), folder.resolve("none.pem").toString(),
                ours.key("stage").toString(), Duration.ofSeconds(1));
        assertThatThrownBy(() -> MeshTls.open(missing)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("none.pem");
        assertThatThrownBy(() -> new TlsConfig(true, "", "a", "b", Duration.ofSeconds(1)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("tls.ca");
    }

    @Test
    void consulChecksAStageThatAsksForACertificate() {
        var ours = new Certificates(folder).issue("stage").issue("consul");
        var vertx = Vertx.vertx();
        try (var tls = MeshTls.open(config(ours, "stage"));
                var server = new HealthyServer(tls.server());
                var consul = ConsulAgent.startPlain(folder, """
                        enable_agent_tls_for_checks = true
                        tls { defaults { ca_file = "%s", cert_file = "%s", key_file = "%s" } }
                        """.formatted(ours.ca(), ours.certificate("consul"), ours.key("consul")));
                var registry = ConsulStageRegistry.open(vertx, ConsulConfig.defaults().at(consul.address()),
                        Set.of("encoder"), Set.of("encoder"), true)) {
            var instance = new StageInstance("encoder-1", "encoder", "127.0.0.1", server.port(), 1, 1,
                    StageState.SERVING, StageDescription.getDefaultInstance());
            registry.put(instance);
            // Registered as passing; only a real check can turn it, both ways.
            server.setServing(false);
            await().atMost(SOON).until(() -> registry.snapshot().contains(instance.with(StageState.STOPPED)));
            server.setServing(true);
            await().atMost(SOON).until(() -> registry.snapshot().contains(instance));
        } finally {
            Futures.join(vertx.close());
        }
    }

    private static BigInteger serial(HealthyServer server, MeshTls client) {
        try {
            return serverCertificate(server, "127.0.0.1", client.channel()).getSerialNumber();
        } catch (CompletionException _) {
            return BigInteger.ZERO.negate();
        }
    }

    /** What the server shows on a new connection; the call must succeed. */
    private static X509Certificate serverCertificate(HealthyServer server, String host,
            ChannelCredentials credentials) {
        var channel = WireTransport.channel(host, server.port(), credentials).build();
        try {
            var shown = new CompletableFuture<X509Certificate>();
            var call = channel.newCall(HealthGrpc.getCheckMethod(), CallOptions.DEFAULT);
            call.start(new ClientCall.Listener<HealthCheckResponse>() {
                @Override
                public void onClose(Status status, Metadata trailers) {
                    if (!status.isOk()) {
                        shown.completeExceptionally(status.asRuntimeException());
                        return;
                    }
                    try {
                        var session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
                        shown.complete((X509Certificate) session.getPeerCertificates()[0]);
                    } catch (SSLPeerUnverifiedException e) {
                        shown.completeExceptionally(e);
                    }
                }
            }, new Metadata());
            call.request(2);
            call.sendMessage(HealthCheckRequest.getDefaultInstance());
            call.halfClose();
            return shown.join();
        } finally {
            channel.shutdownNow();
        }
    }

    private static TlsConfig config(Certificates certificates, String name) {
        return new TlsConfig(true, certificates.ca().toString(), certificates.certificate(name).toString(),
                certificates.key(name).toString(), Duration.ofMillis(50));
    }
}
