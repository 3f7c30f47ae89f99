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
import anymesh.kit.tls.TlsConfig.Expects;
import anymesh.v1.StageDescription;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Grpc;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Real servers and clients over loopback. */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
final class MeshTlsTest {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String SERVICE = "encoder";

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
            assertThat(serverCertificate(server, gateway).getSubjectX500Principal().getName())
                    .isEqualTo("CN=stage");
            assertThatThrownBy(() -> serverCertificate(server, stranger))
                    .isInstanceOf(CompletionException.class).hasMessageContaining("UNAVAILABLE");
            assertThatThrownBy(
                    () -> serverCertificate(server, MeshTls.open(TlsConfig.off())))
                    .isInstanceOf(CompletionException.class).hasMessageContaining("UNAVAILABLE");
        }
    }

    @Test
    void aCertificateForAnotherHostIsNotAccepted() {
        var ours = new Certificates(folder).issueServer(SERVICE).issue("gateway");
        try (var stage = MeshTls.open(config(ours, SERVICE));
                var gateway = MeshTls.open(config(ours, "gateway"));
                var server = new HealthyServer(stage.server())) {
            assertThatThrownBy(() -> serverCertificate(server, gateway))
                    .isInstanceOf(CompletionException.class).hasMessageContaining("UNAVAILABLE")
                    .rootCause().hasMessageContaining("127.0.0.1");
        }
    }

    @Test
    void theServicesNameCountsWhereThatIsExpected() {
        var ours = new Certificates(folder).issueServer(SERVICE).issueServer("backbone").issueClient("gateway");
        try (var stage = MeshTls.open(config(ours, SERVICE));
                var other = MeshTls.open(config(ours, "backbone"));
                var gateway = MeshTls.open(config(ours, "gateway", Expects.SERVICE));
                var server = new HealthyServer(stage.server());
                var wrong = new HealthyServer(other.server())) {
            assertThat(serverCertificate(server, gateway).getSubjectX500Principal().getName())
                    .isEqualTo("CN=" + SERVICE);
            assertThatThrownBy(() -> serverCertificate(wrong, gateway))
                    .isInstanceOf(CompletionException.class).hasMessageContaining("UNAVAILABLE")
                    .rootCause().hasMessageContaining(SERVICE);
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
    void filesThatCannotBeUsedAreRefusedByName() throws Exception {
        var ours = new Certificates(folder).issue("stage");
        var missing = new TlsConfig(true, ours.ca().toString(), folder.resolve("none.pem").toString(),
                ours.key("stage").toString(), Expects.HOST, Duration.ofSeconds(1));
        assertThatThrownBy(() -> MeshTls.open(missing)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("none.pem");
        var key = ours.key("stage");
        Files.writeString(key, Files.readString(key).replace("PRIVATE KEY", "EC PRIVATE KEY"));
        assertThatThrownBy(() -> MeshTls.open(config(ours, "stage"))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(key + " (expected: an RSA or EC key in PKCS#8");
        assertThatThrownBy(() -> new TlsConfig(true, "", "a", "b", Expects.HOST, Duration.ofSeconds(1)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("tls.ca");
    }

    @ParameterizedTest
    @EnumSource
    void consulChecksAStageThatAsksForACertificate(Expects expects) {
        var ours = new Certificates(folder).issue("stage").issueServer(SERVICE).issue("consul");
        var right = expects == Expects.HOST ? "stage" : SERVICE;
        var config = config(ours, right, expects);
        var vertx = Vertx.vertx();
        try (var tls = MeshTls.open(config);
                var others = MeshTls.open(config(ours, expects == Expects.HOST ? SERVICE : "stage"));
                var server = new HealthyServer(tls.server());
                var wrong = new HealthyServer(others.server());
                var consul = ConsulAgent.startPlain(folder, """
                        enable_agent_tls_for_checks = true
                        tls { defaults { ca_file = "%s", cert_file = "%s", key_file = "%s" } }
                        """.formatted(ours.ca(), ours.certificate("consul"), ours.key("consul")));
                var registry = ConsulStageRegistry.open(vertx, ConsulConfig.defaults().at(consul.address()),
                        Set.of(SERVICE), Set.of(SERVICE), config)) {
            var instance = instance(server);
            registry.put(instance);
            registry.put(instance(wrong));
            // Registered as passing; only a real check can turn it, both ways.
            await().atMost(SOON).until(() -> registry.snapshot().contains(instance(wrong).with(StageState.STOPPED)));
            server.setServing(false);
            await().atMost(SOON).until(() -> registry.snapshot().contains(instance.with(StageState.STOPPED)));
            server.setServing(true);
            await().atMost(SOON).until(() -> registry.snapshot().contains(instance));
        } finally {
            Futures.join(vertx.close());
        }
    }

    private static StageInstance instance(HealthyServer server) {
        return new StageInstance(SERVICE + "-" + server.port(), SERVICE, "127.0.0.1", server.port(), 1, 1,
                StageState.SERVING, StageDescription.getDefaultInstance());
    }

    private static BigInteger serial(HealthyServer server, MeshTls client) {
        try {
            return serverCertificate(server, client).getSerialNumber();
        } catch (CompletionException _) {
            return BigInteger.ZERO.negate();
        }
    }

    /** What the server shows on a new connection, when it is called as an encoder; the call must succeed. */
    private static X509Certificate serverCertificate(HealthyServer server, MeshTls client) {
        var channel = client.channel(SERVICE, "127.0.0.1", server.port()).build();
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
        return config(certificates, name, Expects.HOST);
    }

    private static TlsConfig config(Certificates certificates, String name, Expects expects) {
        return new TlsConfig(true, certificates.ca().toString(), certificates.certificate(name).toString(),
                certificates.key(name).toString(), expects, Duration.ofMillis(50));
    }
}
