// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.store;

import anymesh.wire.call.Registration;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Small texts that the processes of a mesh share, by names such as {@code replicas/backbone}. A write says which version
 * it replaces, so that of two at the same time one is told that it came too late. A future fails if the store cannot be
 * reached in a few seconds; whether a write that failed so was done is not known.
 */
public interface MeshStore extends AutoCloseable {

    /** The document of this name as it is now. */
    Future<Optional<Document>> get(String name);

    /** All whose names begin with the prefix, in the order of their names. */
    Future<List<Document>> list(String prefix);

    /**
     * Writes if {@code version} is the present one, {@link Document#ABSENT} where there is none yet; says whether it did.
     */
    Future<Boolean> put(String name, String text, long version);

    /** Takes it out if {@code version} is the present one; says whether it did. */
    Future<Boolean> remove(String name, long version);

    /**
     * Calls the listener with {@link #list} as soon as it is known and after every change of it, until the registration is
     * closed. Changes that follow each other quickly may be told as one. While the store is away nothing is told.
     */
    Registration watch(String prefix, Consumer<List<Document>> listener);

    /** Ends all watches; what was written stays. */
    @Override
    void close();
}
