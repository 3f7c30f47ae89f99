// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.store;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The locks of a mesh that lives in one process. */
public final class InMemoryMeshLocks implements MeshLocks {
    private final Map<String, Held> held = new HashMap<>();
    private final Set<Claim> waiting = new LinkedHashSet<>();

    private record Claim(String name, String holder, Runnable onLost, Promise<MeshLock> promise) {}

    private final class Held implements MeshLock {
        private final Claim claim;

        Held(Claim claim) {
            this.claim = claim;
        }

        @Override
        public Future<Void> release() {
            free(this);
            return Future.succeededFuture();
        }
    }

    @Override
    public Future<MeshLock> acquire(String name, String holder, Duration patience, Runnable onLost) {
        var claim = new Claim(Document.requireName(name), holder, onLost, Promise.promise());
        var taken = claim(claim);
        if (taken != null) {
            CompletableFuture.delayedExecutor(patience.toMillis(), TimeUnit.MILLISECONDS, Runnable::run)
                    .execute(() -> giveUp(claim, taken));
        }
        return claim.promise().future();
    }

    /** As if the holder had died: whoever waits has the lock next. */
    void expire(String name) {
        Held lost;
        synchronized (this) {
            lost = held.get(name);
        }
        if (lost != null && free(lost)) {
            lost.claim.onLost().run();
        }
    }

    private synchronized @Nullable Held claim(Claim claim) {
        var other = held.get(claim.name());
        if (other != null) {
            waiting.add(claim);
            return other;
        }
        var mine = new Held(claim);
        held.put(claim.name(), mine);
        claim.promise().complete(mine);
        return null;
    }

    private synchronized void giveUp(Claim claim, Held other) {
        if (waiting.remove(claim)) {
            claim.promise().fail(new LockTaken(claim.name(), other.claim.holder()));
        }
    }

    private synchronized boolean free(Held lock) {
        if (!held.remove(lock.claim.name(), lock)) {
            return false;
        }
        for (Iterator<Claim> claims = waiting.iterator(); claims.hasNext();) {
            var next = claims.next();
            if (next.name().equals(lock.claim.name())) {
                claims.remove();
                claim(next);
                break;
            }
        }
        return true;
    }

    @Override
    public synchronized void close() {
        held.clear();
    }
}
