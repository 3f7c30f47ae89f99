// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.client;

import anymesh.wire.call.CallContext;
import anymesh.wire.call.Registration;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * Steps under which a process died. One of them may have killed it, and nobody knows which; tried again together they
 * would all be there when it kills the next. So each service takes them one at a time: a step's turn is over when the
 * stage has said something, when the step ends, or after a few seconds, in which whatever kills has done so. Thread-safe.
 */
final class Suspects {
    private static final long LONGEST_MILLIS = 5_000;

    private final Vertx vertx;
    private final Map<String, Line> lines = new HashMap<>();

    Suspects(Vertx vertx) {
        this.vertx = vertx;
    }

    /**
     * Waits for a turn, which closing the result ends. Fails with {@link CancellationException} if the request ends first.
     * Completes on the caller's context.
     */
    Future<Registration> turn(String service, CallContext call) {
        return lines(service).join(new Turn(vertx.getOrCreateContext()), call);
    }

    private synchronized Line lines(String service) {
        return lines.computeIfAbsent(service, _ -> new Line());
    }

    private final class Line {
        private final Queue<Turn> waiting = new ArrayDeque<>();
        private @Nullable Turn taken;

        Future<Registration> join(Turn turn, CallContext call) {
            synchronized (this) {
                waiting.add(turn);
            }
            var cancellation = call.onCancel(() -> leave(turn));
            next();
            return turn.begun.future().onComplete(_ -> cancellation.close());
        }

        private void leave(Turn turn) {
            synchronized (this) {
                waiting.remove(turn);
            }
            turn.context.runOnContext(_ -> turn.begun.tryFail(new CancellationException()));
        }

        private void next() {
            Turn first;
            synchronized (this) {
                if (taken != null || waiting.isEmpty()) {
                    return;
                }
                first = waiting.remove();
                taken = first;
            }
            first.context.runOnContext(_ -> begin(first));
        }

        private void begin(Turn turn) {
            long timer = vertx.setTimer(LONGEST_MILLIS, _ -> end(turn));
            boolean isWanted = turn.begun.tryComplete(() -> {
                vertx.cancelTimer(timer);
                end(turn);
            });
            if (!isWanted) {
                vertx.cancelTimer(timer);
                end(turn);
            }
        }

        private void end(Turn turn) {
            synchronized (this) {
                if (taken != turn) {
                    return;
                }
                taken = null;
            }
            next();
        }
    }

    private static final class Turn {
        private final Context context;
        private final Promise<Registration> begun = Promise.promise();

        Turn(Context context) {
            this.context = context;
        }
    }
}
