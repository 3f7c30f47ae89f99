// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.store;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

@Timeout(value = 180, threadMode = ThreadMode.SEPARATE_THREAD)
final class InMemoryMeshStoreTest extends MeshStoreContract {
    private final MeshStore store = new InMemoryMeshStore();

    @Override
    protected MeshStore open() {
        return store;
    }
}
