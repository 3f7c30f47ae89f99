// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.config;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at files again and again, so that they can be changed without a restart. What can't be read then may be half written: what
 * was read before goes on, and the next look tries again. What goes on being wrong is logged once.
 */
public final class Reloader implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Reloader.class);

    private final Vertx vertx;
    private final String what;
    private final long timer;
    private String lastFault = "";

    private <T> Reloader(Vertx vertx, Duration every, String what, Callable<T> read, Function<T, Future<?>> take) {
        this.vertx = vertx;
        this.what = what;
        timer = vertx.setPeriodic(every.toMillis(),
                _ -> vertx.executeBlocking(read).compose(fresh -> take.apply(fresh).<Void>mapEmpty())
                        .onComplete(taken -> note(taken.failed() ? taken.cause() : null)));
    }

    /**
     * Begins to look.
     *
     * @param what as a log calls it
     * @param read may block
     * @param take what becomes of what was read, changed or not; on an event loop
     */
    public static <T> Reloader start(Vertx vertx, Duration every, String what, Callable<T> read,
            Function<T, Future<?>> take) {
        return new Reloader(vertx, every, what, read, take);
    }

    private void note(@Nullable Throwable cause) {
        // What is refused in words of our own is said in these.
        String fault = cause instanceof IllegalArgumentException
                ? String.valueOf(cause.getMessage())
                : cause == null ? "" : cause.toString();
        if (!fault.isEmpty() && !fault.equals(lastFault)) {
            log.error("{} can't be read again, what was read before goes on: {}", what, fault);
        }
        lastFault = fault;
    }

    @Override
    public void close() {
        vertx.cancelTimer(timer);
    }
}
