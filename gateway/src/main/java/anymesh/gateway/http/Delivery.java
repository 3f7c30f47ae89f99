// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.wire.call.Registration;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of an answer on their way to a client, counted with what its request holds until they are taken. One that
 * doesn't take them, or takes them too slowly, is cut off, so that what waits for it is not held for ever. Used on the
 * request's event loop only.
 */
final class Delivery {
    /** What is written at once, so that its progress can be seen. */
    private static final int PIECE = 64 << 10;

    private final Vertx vertx;
    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final HttpLimits limits;
    private final Admission.Ticket ticket;
    private long waiting;
    /** Both as long as something waits. */
    private @Nullable Pace pace;
    private Registration watch = () -> {};

    Delivery(Vertx vertx, HttpServerRequest request, HttpLimits limits, Admission.Ticket ticket) {
        this.vertx = vertx;
        this.request = request;
        response = request.response();
        this.limits = limits;
        this.ticket = ticket;
    }

    /** Sends more; nothing is sent to a client that has gone. */
    void write(Buffer bytes) {
        for (int from = 0; isOpen() && from < bytes.length(); from += PIECE) {
            int length = Math.min(PIECE, bytes.length() - from);
            track(length, response.write(bytes.slice(from, from + length)));
        }
    }

    /** Completes when there is room for more; fails if the client has gone or was cut off. */
    Future<Void> ready() {
        if (!isOpen()) {
            return Future.failedFuture("the client has gone");
        }
        if (!response.writeQueueFull()) {
            return Future.succeededFuture();
        }
        Promise<Void> room = Promise.promise();
        var clock = ConnectionClock.of(request);
        Runnable gone = () -> room.tryFail("the client has gone");
        clock.whenClosed(gone);
        response.drainHandler(_ -> room.tryComplete());
        return room.future().onComplete(_ -> clock.forget(gone));
    }

    /** Ends the answer; completes when the client has all of it, and fails if it has gone or was cut off. */
    Future<Void> end() {
        if (!isOpen()) {
            return Future.failedFuture("the client has gone");
        }
        Promise<Void> taken = Promise.promise();
        var clock = ConnectionClock.of(request);
        Runnable gone = () -> taken.tryFail("the client has gone");
        clock.whenClosed(gone);
        Future<Void> end = response.end();
        track(0, end);
        end.onSuccess(taken::tryComplete).onFailure(taken::tryFail);
        return taken.future().onComplete(_ -> clock.forget(gone));
    }

    private boolean isOpen() {
        return !response.ended() && !response.closed();
    }

    private void track(int length, Future<Void> written) {
        if (written.isComplete()) {
            return;
        }
        ticket.count(length);
        waiting++;
        if (pace == null) {
            pace = limits.pace();
            watch = pace.watch(vertx, ConnectionClock.of(request)::cut);
        }
        written.onComplete(_ -> {
            ticket.release(length);
            if (--waiting == 0) {
                watch.close();
                pace = null;
            } else if (pace != null) {
                pace.moved(length);
            }
        });
    }
}
