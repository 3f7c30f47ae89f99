// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.registry;

import anymesh.wire.call.Registration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** What registries have in common: the list as it is known last, and who listens. Listeners are told in turn, under one lock. */
public abstract class PublishingRegistry implements StageRegistry {
    private final List<Consumer<List<StageInstance>>> listeners = new CopyOnWriteArrayList<>();
    private volatile List<StageInstance> instances = List.of();

    @Override
    public final List<StageInstance> snapshot() {
        return instances;
    }

    @Override
    public final synchronized Registration watch(Consumer<List<StageInstance>> listener) {
        listeners.add(listener);
        listener.accept(instances);
        return () -> listeners.remove(listener);
    }

    /** The list is another one from now on; listeners are called by this thread. */
    protected final synchronized void publish(List<StageInstance> next) {
        instances = next;
        listeners.forEach(listener -> listener.accept(next));
    }
}
