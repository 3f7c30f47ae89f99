// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;

/**
 * Server-sent events as OpenAI sends them: nothing but {@code data:} lines, and comments while nothing happens, which
 * keep proxies from taking the silence for a dead connection. The response begins with the first event or comment, so
 * that what fails before is still answered with a status. Used on the request's event loop only.
 */
final class EventStream {
    private static final Buffer PING = Buffer.buffer(": ping\n\n");
    private static final Buffer DONE = Buffer.buffer("data: [DONE]\n\n");

    /** A client that takes nothing for so many heartbeats is taken for gone. */
    private static final int MAX_STALLED_BEATS = 8;

    private final Vertx vertx;
    private final HttpServerResponse response;
    private final long heartbeat;
    private boolean idle;
    private int stalledBeats;

    EventStream(Vertx vertx, HttpServerResponse response, Duration heartbeat) {
        this.vertx = vertx;
        this.response = response;
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
        response.drainHandler(_ -> onReady.run());
        return false;
    }

    void send(ObjectNode event) {
        write(Buffer.buffer("data: ").appendBuffer(Json.write(event)).appendString("\n\n"));
    }

    /** Ends the stream, saying that it is complete. */
    void done() {
        write(DONE);
        end();
    }

    /** Ends the stream with an error. */
    void fail(ApiError error) {
        send(error.toJson());
        end();
    }

    /** Ends the stream without saying that it is complete. */
    void end() {
        close();
        if (!response.ended() && !response.closed()) {
            response.end();
        }
    }

    /** Writes no more. */
    void close() {
        vertx.cancelTimer(heartbeat);
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
        response.write(bytes);
    }

    private void beat() {
        if (response.headWritten() && response.writeQueueFull()) {
            if (++stalledBeats >= MAX_STALLED_BEATS) {
                close();
                response.reset();
            }
            return;
        }
        stalledBeats = 0;
        if (idle) {
            write(PING);
        }
        idle = true;
    }
}
