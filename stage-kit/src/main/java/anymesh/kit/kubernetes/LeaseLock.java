// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.kubernetes;

import anymesh.kit.store.MeshLocks.MeshLock;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.vertx.core.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Lease that is renewed by a virtual thread. It is lost when it is another's or gone, and also when it could not be
 * renewed for so long that, together with the call that found it out, its time may soon be over: then another may take it.
 */
final class LeaseLock implements MeshLock {
    private static final Logger log = LoggerFactory.getLogger(LeaseLock.class);
    private static final long RENEW_EVERY_MILLIS = 2_000;
    private static final long GIVE_UP_NANOS = Leases.TTL.toNanos()
            - TimeUnit.MILLISECONDS.toNanos(KubernetesAccess.CALL_MILLIS);

    private final KubernetesAccess access;
    private final Leases leases;
    private final String name;
    private final Runnable onLost;
    private final AtomicBoolean over = new AtomicBoolean();
    private Lease lease;
    private long renewedAt;

    /** Of a Lease that is ours since {@code asked}, which is {@link System#nanoTime}. */
    LeaseLock(KubernetesAccess access, Leases leases, String name, Lease lease, long asked, Runnable onLost) {
        this.access = access;
        this.leases = leases;
        this.name = name;
        this.lease = lease;
        this.renewedAt = asked;
        this.onLost = onLost;
    }

    /** Begins to renew it. */
    void keep() {
        var _ = access.run(() -> {
            try {
                while (!over.get()) {
                    Thread.sleep(RENEW_EVERY_MILLIS);
                    renew();
                }
            } catch (InterruptedException _) {
                // closed: lost without a word
            }
        });
    }

    private synchronized void renew() {
        if (over.get()) {
            return;
        }
        long asked = System.nanoTime();
        if (asked - renewedAt > GIVE_UP_NANOS) {
            lose("could not be renewed");
            return;
        }
        try {
            leases.renew(lease).ifPresentOrElse(renewed -> {
                lease = renewed;
                renewedAt = asked;
            }, () -> lose("is another's or gone"));
        } catch (RuntimeException e) {
            log.debug("lock={} could not be renewed: {}", name, KubernetesAccess.reason(e));
            if (System.nanoTime() - renewedAt > GIVE_UP_NANOS) {
                lose("could not be renewed: " + KubernetesAccess.reason(e));
            }
        }
    }

    private void lose(String why) {
        if (over.compareAndSet(false, true) && !Thread.currentThread().isInterrupted()) {
            log.warn("lock={} is lost: it {}", name, why);
            access.vertx().runOnContext(_ -> onLost.run());
        }
    }

    @Override
    public Future<Void> release() {
        return over.compareAndSet(false, true) ? access.call(this::remove) : Future.succeededFuture();
    }

    private synchronized Void remove() {
        leases.remove(lease);
        return null;
    }
}
