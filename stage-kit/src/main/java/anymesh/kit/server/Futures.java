// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.server;

import anymesh.kit.ending.Budget;
import io.vertx.core.Future;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;

/** The one bridge from Vert.x futures to the plain blocking code that starts and stops services. */
public final class Futures {
    private Futures() {}

    /** Waits for the future and gives its result or throws its failure; never to be called on an event loop. */
    public static <T> T join(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    /** Waits for the future to end in whatever way; false if that lasts longer. Never to be called on an event loop. */
    public static boolean awaitEnd(Future<?> future, Budget budget) {
        var ended = new CountDownLatch(1);
        future.onComplete(_ -> ended.countDown());
        return budget.await(ended);
    }
}
