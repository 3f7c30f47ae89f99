// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.store;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

@Timeout(value = 180, threadMode = ThreadMode.SEPARATE_THREAD)
final class InMemoryMeshLocksTest extends MeshLocksContract {
    private final InMemoryMeshLocks locks = new InMemoryMeshLocks();

    @Override
    protected MeshLocks open() {
        return locks;
    }

    @Override
    protected void expire(String lock) {
        locks.expire(lock);
    }
}
