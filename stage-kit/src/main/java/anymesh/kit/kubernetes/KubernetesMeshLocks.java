// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.kubernetes;

import anymesh.kit.store.Document;
import anymesh.kit.store.LockTaken;
import anymesh.kit.store.MeshLocks;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Locks as Leases: whoever has one renews it, and one that has not been renewed for its time is taken over. */
public final class KubernetesMeshLocks implements MeshLocks {
    private static final long LOOK_EVERY_MILLIS = 250;

    private final KubernetesAccess access;
    private final Leases leases;

    private KubernetesMeshLocks(KubernetesAccess access) {
        this.access = access;
        this.leases = new Leases(access);
    }

    /**
     * Opens the locks.
     *
     * @throws KubernetesRefusedException if the API server answers and will not have us. One that does not answer is no
     *     error.
     */
    public static KubernetesMeshLocks open(Vertx vertx, KubernetesConfig config) {
        return open(KubernetesAccess.open(vertx, config));
    }

    static KubernetesMeshLocks open(KubernetesAccess access) {
        access.insist(Permission.of("coordination.k8s.io", "leases", "get", "create", "update", "delete"), "Leases");
        return new KubernetesMeshLocks(access);
    }

    @Override
    public Future<MeshLock> acquire(String name, String holder, Duration patience, Runnable onLost) {
        Document.requireName(name);
        long deadline = System.nanoTime() + patience.toNanos();
        return access.call(() -> take(name, holder, deadline, onLost));
    }

    private MeshLock take(String name, String holder, long deadline, Runnable onLost) throws InterruptedException {
        var session = Leases.Session.begin(name, holder);
        var observation = new Observation();
        while (true) {
            long asked = System.nanoTime();
            var other = leases.find(name);
            var mine = claim(session, other, observation);
            if (mine.isPresent()) {
                var lock = new LeaseLock(access, leases, name, mine.get(), asked, onLost);
                lock.keep();
                return lock;
            }
            if (System.nanoTime() - deadline >= 0) {
                var winner = leases.find(name);
                throw new LockTaken(name, winner == null ? "nobody any more" : Leases.holder(winner));
            }
            Thread.sleep(LOOK_EVERY_MILLIS);
        }
    }

    private Optional<Lease> claim(Leases.Session session, @Nullable Lease other, Observation observation) {
        if (other == null) {
            return leases.create(session);
        }
        return observation.isDead(other) ? leases.replace(other, session) : Optional.empty();
    }

    @Override
    public void close() {
        access.close();
    }
}
