// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.client;

import anymesh.kit.registry.Release;
import anymesh.wire.call.CallContext;
import anymesh.wire.call.Registration;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Steps under which a process died. One of them may have killed it, and nobody knows which; tried again together they
 * would all be there when it kills the next. So each release takes them one at a time: a step's turn is over
 * when the stage has said something, when the step ends, or a few seconds after it was sent, in which whatever kills has
 * done so. Thread-safe.
 */
final class Suspects {
    private static final long LONGEST_MILLIS = 5_000;

    private final Vertx vertx;
    private final Map<Release, Line> lines = new ConcurrentHashMap<>();

    Suspects(Vertx vertx) {
        this.vertx = vertx;
    }

    /**
     * Waits for a turn. Fails with {@link CancellationException} if the request ends first. Completes on the caller's
     * context.
     */
    Future<Turn> turn(Release release, CallContext call) {
        return lines.computeIfAbsent(release, _ -> new Line()).join(call);
    }

    /** One step's time alone; closing it, more than once if need be, lets the next one in. */
    interface Turn extends Registration {
        /** The step is sent now; what it waited for until then does not count. */
        void sent();

        /** Of a step that is above suspicion. */
        static Turn none() {
            return new Turn() {
                @Override
                public void sent() {}

                @Override
                public void close() {}
            };
        }
    }

    private final class Line {
        private final Queue<Place> waiting = new ArrayDeque<>();
        private @Nullable Place taken;

        Future<Turn> join(CallContext call) {
            var place = new Place(this, vertx.getOrCreateContext());
            synchronized (this) {
                waiting.add(place);
            }
            var cancellation = call.onCancel(() -> leave(place));
            next();
            return place.turn.future().onComplete(_ -> cancellation.close());
        }

        private void leave(Place place) {
            synchronized (this) {
                waiting.remove(place);
            }
            place.context.runOnContext(_ -> place.turn.tryFail(new CancellationException()));
        }

        private void next() {
            Place first;
            synchronized (this) {
                if (taken != null || waiting.isEmpty()) {
                    return;
                }
                first = waiting.remove();
                taken = first;
            }
            first.context.runOnContext(_ -> {
                if (!first.turn.tryComplete(first)) {
                    first.close(); // cancelled meanwhile
                }
            });
        }

        private void end(Place place) {
            synchronized (this) {
                if (taken != place) {
                    return;
                }
                taken = null;
            }
            next();
        }
    }

    /** A step in a line. */
    private final class Place implements Turn {
        private final Line line;
        private final Context context;
        private final Promise<Turn> turn = Promise.promise();

        Place(Line line, Context context) {
            this.line = line;
            this.context = context;
        }

        @Override
        public void sent() {
            vertx.setTimer(LONGEST_MILLIS, _ -> close());
        }

        @Override
        public void close() {
            line.end(this);
        }
    }
}
