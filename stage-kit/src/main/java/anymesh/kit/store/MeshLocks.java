// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.store;

import io.vertx.core.Future;
import java.time.Duration;

/**
 * Locks of which only one process of a mesh has each. Whoever has one keeps renewing it; when it dies, the lock is free
 * for others within half a minute.
 */
public interface MeshLocks extends AutoCloseable {

    /** A lock that was taken. */
    interface MeshLock {
        /** Gives it back; {@code onLost} is not called any more. Does nothing once it was lost. */
        Future<Void> release();
    }

    /**
     * Takes a lock, or fails with {@link LockTaken} if another has it for all of {@code patience}.
     *
     * @param holder who takes it, for those who come too late
     * @param onLost told once if the lock is lost before it is given back: from then on another may have it. Must not
     *     block.
     */
    Future<MeshLock> acquire(String name, String holder, Duration patience, Runnable onLost);

    /** Locks that were not given back are lost without a word. */
    @Override
    void close();
}
