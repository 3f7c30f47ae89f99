// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Server-sent events as OpenAI sends them: {@code data:} lines, with a name where they have a type, and comments while nothing happens, which
 * keep proxies from taking the silence for a dead connection. The response begins with the first event or comment, so
 * that what fails before is still answered with a status. Used on the request's event loop only.
 */
final class EventStream {
    private static final Buffer PING = Buffer.buffer(": ping\n\n");
    private static final Buffer DONE = Buffer.buffer("data: [DONE]\n\n");

    private final Vertx vertx;
    private final HttpServerResponse response;
    private final Delivery delivery;
    private final long heartbeat;
    private final Promise<Void> taken = Promise.promise();
    private Consumer<ApiError> teller = this::fail;
    private boolean idle;

    EventStream(Vertx vertx, HttpServerResponse response, Delivery delivery, Duration heartbeat) {
        this.vertx = vertx;
        this.response = response;
        this.delivery = delivery;
        this.heartbeat = vertx.setPeriodic(heartbeat.toMillis(), _ -> beat());
    }

    boolean isOpen() {
        return response.headWritten();
    }

    /** Whether the client keeps up; if not, {@code onReady} runs once it has caught up. */
    boolean isReady(Runnable onReady) {
        if (!response.writeQueueFull()) {
            return true;
        }
        response.drainHandler(_ -> {
            try {
                onReady.run();
            } catch (Throwable e) { // nobody else would end the stream
                fail(ErrorReplies.logged(response, e));
            }
        });
        return false;
    }

    void send(ObjectNode event) {
        Json.writePieces("data: ", event, "\n\n").forEach(this::write);
    }

    /** Sends an event with a name, as newer routes have it: that of its field {@code type}. */
    void sendTyped(ObjectNode event) {
        Json.writePieces("event: " + event.path("type").asText() + "\ndata: ", event, "\n\n").forEach(this::write);
    }

    /** Ends the stream, saying that it is complete. */
    void done() {
        write(DONE);
        end();
    }

    /** Who tells the client that the rest will not come, where more than the error has to be sent. */
    void failBy(Consumer<ApiError> other) {
        teller = other;
    }

    /** The rest will not come. */
    void failed(ApiError error) {
        teller.accept(error);
    }

    /** Ends the stream with an error. */
    void fail(ApiError error) {
        send(error.toJson());
        end();
    }

    /** Ends the stream without saying that it is complete. */
    void end() {
        close();
        delivery.end().onComplete(_ -> taken.tryComplete());
    }

    /** Writes no more. */
    void close() {
        vertx.cancelTimer(heartbeat);
    }

    /** Completes when the client has taken all of it, or has gone. */
    Future<Void> taken() {
        return taken.future();
    }

    /** The client has gone. */
    void abandon() {
        close();
        taken.tryComplete();
    }

    private void write(Buffer bytes) {
        idle = false;
        if (response.closed() || response.ended()) {
            return;
        }
        if (!response.headWritten()) {
            response.setChunked(true)
                    .putHeader(HttpHeaders.CONTENT_TYPE, "text/event-stream; charset=utf-8")
                    .putHeader(HttpHeaders.CACHE_CONTROL, "no-cache")
                    .putHeader("x-accel-buffering", "no");
        }
        delivery.write(bytes);
    }

    private void beat() {
        if (response.headWritten() && response.writeQueueFull()) {
            return;
        }
        if (idle) {
            write(PING);
        }
        idle = true;
    }
}
