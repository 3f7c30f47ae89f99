// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.consul;

import anymesh.kit.server.Futures;
import anymesh.kit.store.MeshLocks;
import anymesh.kit.store.MeshLocksContract;
import anymesh.kit.testing.ConsulAgent;
import io.vertx.core.Vertx;
import io.vertx.ext.consul.ConsulClient;
import io.vertx.ext.consul.ConsulClientOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** The contract on a real Consul, and what happens when that goes away. */
@Timeout(value = 180, threadMode = ThreadMode.SEPARATE_THREAD)
final class ConsulMeshLocksTest extends MeshLocksContract {
    private static Vertx vertx;
    private static ConsulAgent consul;

    @TempDir
    private static Path folder;

    @BeforeAll
    static void startConsul() {
        vertx = Vertx.vertx();
        consul = ConsulAgent.start(folder, "");
    }

    @AfterAll
    static void stopConsul() {
        Futures.join(vertx.close());
        if (consul != null) {
            consul.close();
        }
    }

    @Override
    protected MeshLocks open() {
        return ConsulMeshLocks.open(vertx, Consuls.hasty(consul.address()));
    }

    @Override
    protected void expire(String lock) {
        var client = ConsulClient.create(vertx,
                new ConsulClientOptions().setHost("127.0.0.1").setPort(consul.port()));
        var key = Futures.join(client.getValue("anymesh/locks/" + lock));
        Futures.join(client.destroySession(key.getSession()));
        client.close();
    }

    @Test
    void whoeverDiesLosesItWithoutAWord() {
        var dead = open();
        Futures.join(dead.acquire("left-behind", "one that dies", Duration.ZERO, () -> {}));
        dead.close();
        try (var locks = open()) {
            Futures.join(locks.acquire("left-behind", "another", Duration.ofSeconds(40), () -> {}));
        }
    }

    @Test
    void aConsulThatForgotEverythingMeansThatItIsLost() throws Exception {
        try (var locks = open()) {
            var lost = new CountDownLatch(1);
            Futures.join(locks.acquire("forgotten", "one", Duration.ZERO, lost::countDown));
            consul.kill();
            consul.startAgain();
            lost.await();
            Futures.join(locks.acquire("forgotten", "one again", Duration.ZERO, () -> {}));
        }
    }
}
