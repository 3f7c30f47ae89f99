// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

import anymesh.wire.call.CallContext;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Work that goes on side by side and fails as one: the first failure cancels the call, the rest is awaited, and what it
 * still brought is discarded, so that nothing is left behind. Used on the request's event loop only.
 */
final class Gathering<T> {
    private final Consumer<Throwable> failed;
    private final Consumer<T> discard;
    private final List<Future<T>> work = new ArrayList<>();
    private @Nullable Throwable firstFailure;

    Gathering(CallContext call, Consumer<T> discard) {
        this(_ -> call.cancel(), discard);
    }

    /** A part of a larger one: {@code failed} is told of the first failure in place of the call. */
    Gathering(Consumer<Throwable> failed, Consumer<T> discard) {
        this.failed = failed;
        this.discard = discard;
    }

    void add(Future<T> future) {
        work.add(future.onFailure(this::fail));
    }

    void fail(Throwable error) {
        if (firstFailure == null) {
            firstFailure = error;
            failed.accept(error);
        }
    }

    /** The results in the order of their addition, once all work has ended. Add no more after this. */
    Future<List<T>> all() {
        return Future.join(work).transform(_ -> {
            if (firstFailure == null) {
                return Future.succeededFuture(work.stream().map(Future::result).toList());
            }
            work.stream().filter(Future::succeeded).map(Future::result).forEach(discard);
            return Future.failedFuture(firstFailure);
        });
    }
}
