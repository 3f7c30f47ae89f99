// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.registry;

import anymesh.wire.call.Registration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** The registry of a mesh that lives in one process. Listeners are called by the thread that makes the change. */
public final class InMemoryStageRegistry implements StageRegistry {
    private final List<Consumer<List<StageInstance>>> listeners = new CopyOnWriteArrayList<>();
    private volatile Map<String, StageInstance> instances = Map.of();

    @Override
    public synchronized void put(StageInstance instance) {
        var next = new TreeMap<>(instances);
        next.put(instance.id(), instance);
        publish(next);
    }

    @Override
    public synchronized void remove(String instanceId) {
        var next = new TreeMap<>(instances);
        if (next.remove(instanceId) != null) {
            publish(next);
        }
    }

    @Override
    public List<StageInstance> snapshot() {
        return List.copyOf(instances.values());
    }

    @Override
    public synchronized Registration watch(Consumer<List<StageInstance>> listener) {
        listeners.add(listener);
        listener.accept(snapshot());
        return () -> listeners.remove(listener);
    }

    private void publish(Map<String, StageInstance> next) {
        instances = next;
        var snapshot = snapshot();
        listeners.forEach(listener -> listener.accept(snapshot));
    }
}
