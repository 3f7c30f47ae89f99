// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.consul;

import anymesh.kit.store.Document;
import anymesh.kit.store.LockTaken;
import anymesh.kit.store.MeshLocks;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Locks as Consul's keys below {@code anymesh/locks/}, each held by a session. */
public final class ConsulMeshLocks implements MeshLocks {
    static final String FOLDER = "locks/";
    private static final long LOOK_EVERY_MILLIS = 250;
    /** Who asks for a lock that nobody has, waits for Consul's delay. A Consul that starts counts it anew, from its log. */
    private static final long FREE_SOON_NANOS = TimeUnit.SECONDS.toNanos(3L * ConsulKeys.LOCK_DELAY_SECONDS);

    private final Vertx vertx;
    private final ConsulAccess access;
    private final ConsulKeys keys;
    private final Set<LockSession> sessions = ConcurrentHashMap.newKeySet();

    private ConsulMeshLocks(Vertx vertx, ConsulAccess access) {
        this.vertx = vertx;
        this.access = access;
        this.keys = access.keys();
    }

    /**
     * Opens the locks.
     *
     * @throws ConsulRefusedException if Consul answers and will not have us. One that does not answer is no error.
     */
    public static ConsulMeshLocks open(Vertx vertx, ConsulConfig config) {
        var access = new ConsulAccess(vertx, config);
        var locks = new ConsulMeshLocks(vertx, access);
        try {
            access.insist(access.mayLock(), "locks");
        } catch (RuntimeException e) {
            locks.close();
            throw e;
        }
        return locks;
    }

    @Override
    public Future<MeshLock> acquire(String name, String holder, Duration patience, Runnable onLost) {
        var key = FOLDER + Document.requireName(name);
        long deadline = System.nanoTime() + patience.toNanos();
        return keys.openSession(holder, LockSession.TTL_SECONDS).compose(id -> {
            var session = new LockSession(vertx, keys, key, id, onLost);
            sessions.add(session);
            return claim(name, holder, session, deadline)
                    .recover(e -> session.release().transform(_ -> Future.failedFuture(e)));
        });
    }

    private Future<MeshLock> claim(String name, String holder, LockSession session, long deadline) {
        return keys.acquire(FOLDER + name, holder, session.id()).compose(isOurs -> {
            if (isOurs) {
                return Future.succeededFuture(session);
            }
            return keys.held(FOLDER + name).compose(other -> {
                long until = other.isPresent() ? deadline : deadline + FREE_SOON_NANOS;
                return System.nanoTime() - until < 0
                        ? vertx.timer(LOOK_EVERY_MILLIS).compose(_ -> claim(name, holder, session, deadline))
                        : Future.failedFuture(new LockTaken(name, other.orElse("nobody any more")));
            });
        });
    }

    @Override
    public void close() {
        sessions.forEach(LockSession::abandon);
        keys.close();
        access.close();
    }
}
