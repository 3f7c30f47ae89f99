// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import anymesh.kit.server.Futures;
import anymesh.kit.store.LockTaken;
import anymesh.kit.store.MeshLocks;
import anymesh.kit.store.MeshLocksContract;
import anymesh.kit.testing.SharedKube;
import io.vertx.core.Vertx;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract on a real API server, and what happens when that or a holder goes away. */
@Timeout(value = 180, threadMode = ThreadMode.SEPARATE_THREAD)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class KubernetesMeshLocksTest extends MeshLocksContract {
    @RegisterExtension
    private static final SharedKube SHARED = new SharedKube();

    @Override
    protected MeshLocks open() {
        return KubernetesMeshLocks.open(Kubes.access(SHARED));
    }

    @Override
    protected void expire(String lock) {
        SHARED.kubectl("delete", "lease", ObjectNames.of(lock));
    }

    /** A process that takes a lock, says so, and keeps it. */
    static final class Holder {
        private Holder() {}

        public static void main(String[] args) throws InterruptedException {
            var config = new KubernetesConfig(args[0]); // and KUBECONFIG
            var locks = KubernetesMeshLocks.open(Vertx.vertx(), config);
            Futures.join(locks.acquire(args[1], "process " + ProcessHandle.current().pid(), Duration.ZERO, () -> {}));
            System.out.println("has it");
            new CountDownLatch(1).await();
        }
    }

    @Test
    void theLockOfAProcessThatWasKilledIsFreeWithinHalfAMinute() throws Exception {
        var holder = hold("killed");
        try (var locks = open()) {
            assertThatThrownBy(() -> Futures.join(locks.acquire("killed", "another", Duration.ofSeconds(18), () -> {})))
                    .as("a holder that lives keeps it").isInstanceOf(LockTaken.class)
                    .hasMessageContaining("process " + holder.pid());
            holder.destroyForcibly().waitFor();
            Futures.join(locks.acquire("killed", "another", Duration.ofSeconds(30), () -> {}));
        } finally {
            holder.destroyForcibly();
        }
    }

    private static Process hold(String lock) throws IOException {
        var builder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                System.getProperty("java.class.path"), Holder.class.getName(), SHARED.namespace(), lock);
        builder.environment().put("KUBECONFIG", SHARED.cluster().kubeconfig().toString());
        var process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
        var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)).lines();
        assertThat(lines.anyMatch("has it"::equals)).isTrue();
        return process;
    }

    /** For the last test, which then has less to wait for. */
    @BeforeAll
    static void oneDies() {
        try (var dead = KubernetesMeshLocks.open(Kubes.access(SHARED))) {
            Futures.join(dead.acquire("left-behind", "one that dies", Duration.ZERO, () -> {}));
        }
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void whoComesLateToWhatTheDeadLeftNeedsNoPatience() {
        try (var locks = open()) {
            await().ignoreException(LockTaken.class)
                    .untilAsserted(
                            () -> Futures.join(locks.acquire("left-behind", "another", Duration.ZERO, () -> {})));
        }
    }

    @Test
    void aHolderThatCannotRenewIsToldBeforeAnotherMayHaveIt() throws Exception {
        try (var locks = open()) {
            var lost = new CountDownLatch(1);
            Futures.join(locks.acquire("cut-off", "one", Duration.ZERO, lost::countDown));
            SHARED.cluster().killApi();
            try {
                lost.await();
            } finally {
                SHARED.cluster().reviveApi();
            }
            Futures.join(locks.acquire("cut-off", "one again", Duration.ofSeconds(30), () -> {}));
        }
    }

    @Test
    void aShortAbsenceOfTheApiServerLosesNothing() {
        try (var locks = open(); var other = open()) {
            var lost = new CountDownLatch(1);
            var lock = Futures.join(locks.acquire("short", "one", Duration.ZERO, lost::countDown));
            SHARED.cluster().killApi();
            SHARED.cluster().reviveApi();
            assertThatThrownBy(() -> Futures.join(other.acquire("short", "another", Duration.ofSeconds(18), () -> {})))
                    .isInstanceOf(LockTaken.class);
            assertThat(lost.getCount()).isOne();
            Futures.join(lock.release());
            Futures.join(other.acquire("short", "another", Duration.ZERO, () -> {}));
        }
    }
}
