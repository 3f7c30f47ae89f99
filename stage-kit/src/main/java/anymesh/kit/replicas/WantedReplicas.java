// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.replicas;

import anymesh.wire.call.Registration;
import io.vertx.core.Future;
import java.util.OptionalInt;

/**
 * How many instances of each service are wanted, as far as that is known, and the way to change it and to wake one that is
 * wanted zero times. Thread-safe; nothing blocks.
 */
public interface WantedReplicas extends AutoCloseable {

    /** As it was heard last; empty for a service that nobody has said anything about. */
    OptionalInt of(String service);

    /** Wants so many from now on, whatever was wanted before; does nothing where nobody can be told. */
    Future<Void> set(String service, int count);

    /** Asks for one instance of a service that is wanted zero times; does nothing to one that is wanted more often. */
    Future<Void> wake(String service);

    /** Runs the listener after every change of {@link #of}, until the registration is closed. */
    Registration watch(Runnable listener);

    /** Stops to follow. */
    @Override
    default void close() {}

    /** Where nobody says how many there shall be, and nobody can be woken. */
    static WantedReplicas unknown() {
        return new WantedReplicas() {
            @Override
            public OptionalInt of(String service) {
                return OptionalInt.empty();
            }

            @Override
            public Future<Void> set(String service, int count) {
                return Future.succeededFuture();
            }

            @Override
            public Future<Void> wake(String service) {
                return Future.succeededFuture();
            }

            @Override
            public Registration watch(Runnable listener) {
                return () -> {};
            }
        };
    }
}
