// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.consul;

import anymesh.kit.server.Futures;
import anymesh.kit.store.MeshLocks;
import anymesh.kit.store.MeshLocksContract;
import anymesh.kit.testing.SharedConsul;
import io.vertx.ext.consul.ConsulClient;
import io.vertx.ext.consul.ConsulClientOptions;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract on a real Consul, and what happens when that goes away. */
@Timeout(value = 180, threadMode = ThreadMode.SEPARATE_THREAD)
final class ConsulMeshLocksTest extends MeshLocksContract {
    @RegisterExtension
    private static final SharedConsul SHARED = new SharedConsul();

    @Override
    protected MeshLocks open() {
        return ConsulMeshLocks.open(SHARED.vertx(), Consuls.hasty(SHARED.agent().address()));
    }

    @Override
    protected void expire(String lock) {
        var client = ConsulClient.create(SHARED.vertx(),
                new ConsulClientOptions().setHost("127.0.0.1").setPort(SHARED.agent().port()));
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
    void oneThatNobodyHasIsHadEvenWhileConsulKeepsItBack() {
        try (var locks = open()) {
            Futures.join(locks.acquire("kept-back", "one that dies", Duration.ZERO, () -> {}));
            expire("kept-back");
            Futures.join(locks.acquire("kept-back", "another", Duration.ZERO, () -> {}));
        }
    }

    @Test
    void aConsulThatForgotEverythingMeansThatItIsLost() throws Exception {
        try (var locks = open()) {
            var lost = new CountDownLatch(1);
            Futures.join(locks.acquire("forgotten", "one", Duration.ZERO, lost::countDown));
            SHARED.agent().kill();
            SHARED.agent().startAgain();
            lost.await();
            Futures.join(locks.acquire("forgotten", "one again", Duration.ZERO, () -> {}));
        }
    }
}
