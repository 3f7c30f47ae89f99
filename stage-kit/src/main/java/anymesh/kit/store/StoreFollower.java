// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.store;

import anymesh.wire.call.Registration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Follows one folder of a store that it takes over, from what is said of it first. */
public final class StoreFollower implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(StoreFollower.class);
    private static final long PATIENCE_MILLIS = 2_000;

    private final MeshStore store;
    private final Registration watch;

    private StoreFollower(MeshStore store, Registration watch) {
        this.store = store;
        this.watch = watch;
    }

    /**
     * Tells the listener what {@link MeshStore#watch} does, and waits a moment for the first time; if that is too short, it
     * goes on without, and the log says that {@code what} is not known yet.
     */
    public static StoreFollower open(MeshStore store, String folder, Consumer<List<Document>> listener, String what) {
        var first = new CountDownLatch(1);
        var watch = store.watch(folder, documents -> {
            listener.accept(documents);
            first.countDown();
        });
        try {
            if (!first.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
                log.warn("it is not known yet {}", what);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return new StoreFollower(store, watch);
    }

    /** Ends, and closes the store. */
    @Override
    public void close() {
        watch.close();
        store.close();
    }
}
