// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.registry;

import anymesh.wire.call.Registration;
import java.util.List;
import java.util.function.Consumer;

/**
 * What instances exist. Thread-safe. A change made here is seen by {@link #snapshot} and by listeners soon after, not
 * always at once: another process may keep the list.
 */
public interface StageRegistry extends AutoCloseable {

    /**
     * Adds an instance, or replaces the one with its id. May block until the change is known, for a bounded time: a
     * registry that cannot be reached is told later.
     */
    void put(StageInstance instance);

    /** Takes an instance out; nothing happens if there is none with this id. Blocks as {@link #put} does. */
    void remove(String instanceId);

    /**
     * The process of an instance has ended without a word, as whoever started it knows: nothing is sent there until it is put
     * again. Returns at once. A registry that sees for itself leaves it at that.
     */
    default void ended(String instanceId) {}

    /** All instances now, in a stable order, in whatever state. */
    List<StageInstance> snapshot();

    /** Calls the listener with the snapshot now and after every change, until the registration is closed. */
    Registration watch(Consumer<List<StageInstance>> listener);

    /** Stops to follow and takes out what was put here and is still in. */
    @Override
    default void close() {}
}
