// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.registry;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The registry of a mesh that lives in one process. Listeners are called by the thread that makes the change. */
public final class InMemoryStageRegistry extends PublishingRegistry {
    private final Map<String, StageInstance> instances = new TreeMap<>();

    @Override
    public synchronized void put(StageInstance instance) {
        instances.put(instance.id(), instance);
        publish(List.copyOf(instances.values()));
    }

    @Override
    public synchronized void remove(String instanceId) {
        if (instances.remove(instanceId) != null) {
            publish(List.copyOf(instances.values()));
        }
    }
}
