// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.registry;

import anymesh.wire.call.Registration;
import java.util.List;
import java.util.function.Consumer;

/** What instances exist. Thread-safe. */
public interface StageRegistry {

    /** Adds an instance, or replaces the one with its id. */
    void put(StageInstance instance);

    /** Takes an instance out; nothing happens if there is none with this id. */
    void remove(String instanceId);

    /** All instances now, in a stable order, in whatever state. */
    List<StageInstance> snapshot();

    /** Calls the listener with the snapshot now and after every change, until the registration is closed. */
    Registration watch(Consumer<List<StageInstance>> listener);
}
