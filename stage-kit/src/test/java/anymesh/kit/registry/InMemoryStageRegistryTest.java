// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.registry;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

@Timeout(value = 180, threadMode = ThreadMode.SEPARATE_THREAD)
final class InMemoryStageRegistryTest extends StageRegistryContract {
    @Override
    protected StageRegistry open() {
        return new InMemoryStageRegistry();
    }
}
