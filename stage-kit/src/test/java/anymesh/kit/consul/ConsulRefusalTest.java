// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.consul;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import anymesh.kit.registry.StageInstance;
import anymesh.kit.registry.StageState;
import anymesh.kit.server.Futures;
import anymesh.kit.store.Document;
import anymesh.kit.testing.Certificates;
import anymesh.kit.testing.ConsulAgent;
import anymesh.kit.testing.HealthyServer;
import anymesh.kit.tls.TlsConfig;
import anymesh.v1.StageDescription;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** A Consul that will not have us says so; it does not look like an empty mesh. */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
final class ConsulRefusalTest {
    private static final String TOKEN = "7f9a2f0c-3f10-4b52-8ed0-5a1f7d9f0a11";
    private static final String ACL = """
            acl { enabled = true, default_policy = "deny", tokens { initial_management = "%1$s", agent = "%1$s" } }
            """.formatted(TOKEN);
    private static final Set<String> STAGE = Set.of("backbone");

    private final Vertx vertx = Vertx.vertx();

    @TempDir
    private Path folder;

    @AfterEach
    void stop() {
        Futures.join(vertx.close());
    }

    @Test
    void withoutATokenItIsToldWhatMayNotBeDone() {
        try (var consul = ConsulAgent.start(folder, ACL)) {
            var config = Consuls.hasty(consul.address());
            assertThatThrownBy(registering(config)).isInstanceOf(ConsulRefusedException.class)
                    .hasMessageContaining(consul.address())
                    .hasMessageContaining("lacks permission for service:write on \"backbone\"");
            assertThatThrownBy(following(config)).isInstanceOf(ConsulRefusedException.class)
                    .hasMessageContaining("service:read on \"backbone\"").hasMessageContaining("node:read");
        }
    }

    @Test
    void theStoreAndTheLocksSayWhatTheyMayNotDo() {
        try (var consul = ConsulAgent.start(folder, ACL)) {
            var config = Consuls.hasty(consul.address());
            assertThatThrownBy(() -> ConsulMeshStore.open(vertx, config, Set.of("replicas/")))
                    .isInstanceOf(ConsulRefusedException.class)
                    .hasMessageContaining("lacks permission for key:write on \"anymesh/replicas/\"");
            assertThatThrownBy(() -> ConsulMeshLocks.open(vertx, config)).isInstanceOf(ConsulRefusedException.class)
                    .hasMessageContaining("key:write on \"anymesh/locks/\"").hasMessageContaining("session:write");
            var allowed = config.withToken(TOKEN);
            try (var store = ConsulMeshStore.open(vertx, allowed, Set.of("replicas/"));
                    var locks = ConsulMeshLocks.open(vertx, allowed)) {
                Futures.join(store.put("replicas/backbone", "1", Document.ABSENT));
                Futures.join(Futures.join(locks.acquire("a", "me", Duration.ZERO, () -> {})).release());
            }
        }
    }

    @Test
    void aWrongTokenIsRefusedAndTheRightOneWorks() {
        try (var consul = ConsulAgent.start(folder, ACL)) {
            var config = Consuls.hasty(consul.address());
            assertThatThrownBy(following(config.withToken("11111111-2222-3333-4444-555555555555")))
                    .isInstanceOf(ConsulRefusedException.class).hasMessageContaining("refuses the token")
                    .hasMessageContaining("ACL not found");
            works(config.withToken(TOKEN));
        }
    }

    @Test
    void certificatesThatDoNotMatchAreNamedAsTheCause() {
        var ours = new Certificates(folder.resolve("ours")).issue("consul").issue("stage");
        var others = new Certificates(folder.resolve("others")).issue("stage");
        try (var consul = ConsulAgent.start(folder, """
                tls { https { ca_file = "%s", cert_file = "%s", key_file = "%s", verify_incoming = true } }
                """.formatted(ours.ca(), ours.certificate("consul"), ours.key("consul")))) {
            var config = Consuls.hasty(consul.address());
            assertThatThrownBy(following(config)).as("no TLS").isInstanceOf(ConsulRefusedException.class)
                    .hasMessageContaining("HTTP request to an HTTPS server");
            assertThatThrownBy(following(config.withTls(new ConsulTls(true, others.ca().toString(), "", ""))))
                    .as("another authority").isInstanceOf(ConsulRefusedException.class)
                    .hasMessageContaining("TLS certificates");
            assertThatThrownBy(following(config.withTls(new ConsulTls(true, ours.ca().toString(), "", ""))))
                    .as("no certificate of our own").isInstanceOf(ConsulRefusedException.class)
                    .hasMessageContaining("TLS certificates");
            assertThatThrownBy(following(config.withTls(tls(ours, others))))
                    .as("a certificate of another authority").isInstanceOf(ConsulRefusedException.class)
                    .hasMessageContaining("TLS certificates");
            works(config.withTls(tls(ours, ours)));
        }
    }

    private void works(ConsulConfig config) {
        try (var server = new HealthyServer();
                var stage = ConsulStageRegistry.open(vertx, config, STAGE, Set.of(), TlsConfig.off());
                var gateway = ConsulStageRegistry.open(vertx, config, Set.of(), STAGE, TlsConfig.off())) {
            var instance = new StageInstance("backbone-1", "backbone", "127.0.0.1", server.port(), 1, 1,
                    StageState.SERVING, StageDescription.getDefaultInstance());
            stage.put(instance);
            await().until(() -> gateway.snapshot().contains(instance));
        }
    }

    private ThrowingCallable registering(ConsulConfig config) {
        return () -> ConsulStageRegistry.open(vertx, config, STAGE, Set.of(), TlsConfig.off()).close();
    }

    private ThrowingCallable following(ConsulConfig config) {
        return () -> ConsulStageRegistry.open(vertx, config, Set.of(), STAGE, TlsConfig.off()).close();
    }

    private static ConsulTls tls(Certificates trusted, Certificates own) {
        return new ConsulTls(true, trusted.ca().toString(), own.certificate("stage").toString(),
                own.key("stage").toString());
    }
}
