// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.consul;

import anymesh.kit.store.MeshLocks.MeshLock;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A session that is renewed, with the lock that it has. It is lost when Consul says that it is gone, and also when it
 * could not be renewed for as long as Consul keeps it: from then on somebody else may have the lock.
 */
final class LockSession implements MeshLock {
    /** Consul's least; it takes up to twice as long to end a session. */
    static final int TTL_SECONDS = 10;
    private static final Logger log = LoggerFactory.getLogger(LockSession.class);
    private static final long RENEW_EVERY_MILLIS = 2_000;
    private static final int FORGET_TRIES = 30;

    private final Vertx vertx;
    private final ConsulKeys keys;
    private final String lock;
    private final String id;
    private final Runnable onLost;
    private final AtomicBoolean over = new AtomicBoolean();
    private final long timer;
    private volatile long renewedAt = System.nanoTime();

    LockSession(Vertx vertx, ConsulKeys keys, String lock, String id, Runnable onLost) {
        this.vertx = vertx;
        this.keys = keys;
        this.lock = lock;
        this.id = id;
        this.onLost = onLost;
        this.timer = vertx.setPeriodic(RENEW_EVERY_MILLIS, _ -> renew());
    }

    String id() {
        return id;
    }

    private void renew() {
        long asked = System.nanoTime();
        keys.renewSession(id).onComplete(isThere -> {
            if (isThere.succeeded() && isThere.result()) {
                renewedAt = asked;
            } else if (isThere.succeeded() || asked - renewedAt > TimeUnit.SECONDS.toNanos(TTL_SECONDS)) {
                lose();
            }
        });
    }

    private void lose() {
        if (abandon()) {
            log.warn("lock={} is lost: its session is gone, or could not be renewed", lock);
            forget(FORGET_TRIES);
            onLost.run();
        }
    }

    /** Consul may keep the session for a while, and would refuse us our own lock. */
    private void forget(int tries) {
        keys.endSession(id).onFailure(_ -> {
            if (tries > 0) {
                vertx.setTimer(RENEW_EVERY_MILLIS, _ -> forget(tries - 1));
            }
        });
    }

    /** Renews no more, and says whether it did until now. */
    boolean abandon() {
        vertx.cancelTimer(timer);
        return over.compareAndSet(false, true);
    }

    @Override
    public Future<Void> release() {
        // Given back, and not only ended: Consul would make the next one wait.
        return abandon()
                ? keys.release(lock, id).transform(_ -> keys.endSession(id))
                : Future.succeededFuture();
    }
}
