// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.Function;

/**
 * Reads request bodies within limits. Used instead of Vert.x Web's body handler because that one counts each body by
 * itself and takes forms apart; here all bodies share one bound, and a stalled one is given up.
 */
final class BodyReader {
    /** Beyond this, parsing and decoding take long enough to hold up the other requests of the event loop. */
    private static final int INLINE_BYTES = 32 << 10;

    /** How many times the limit a refused body may go on before its connection is cut. */
    private static final int PATIENCE = 4;

    private final Vertx vertx;
    private final HttpLimits limits;

    BodyReader(Vertx vertx, HttpLimits limits) {
        this.vertx = vertx;
        this.limits = limits;
    }

    /** To be called in the tick in which the request arrived. {@code read} may run on another thread. */
    <T> Future<T> read(HttpServerRequest request, Admission.Ticket ticket, Function<Fields, T> read) {
        return collect(request, ticket).compose(body -> body.length() <= INLINE_BYTES
                ? Future.succeededFuture(read.apply(Json.read(body.getBytes())))
                : vertx.executeBlocking(() -> read.apply(Json.read(body.getBytes())), false));
    }

    private Future<Buffer> collect(HttpServerRequest request, Admission.Ticket ticket) {
        var collection = new Collection(request, ticket);
        request.handler(collection::add).endHandler(_ -> collection.end()).exceptionHandler(collection::fail);
        if (announced(request) > limits.maxBodyBytes()) {
            collection.fail(tooLarge());
        }
        return collection.result.future();
    }

    private static long announced(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        return length == null ? 0 : Long.parseLong(length); // Netty has checked it
    }

    private HttpRefusal tooLarge() {
        return new HttpRefusal(413, "The request body is larger than " + limits.maxBodyBytes() + " bytes.");
    }

    private final class Collection {
        private final HttpServerRequest request;
        private final Admission.Ticket ticket;
        private final Promise<Buffer> result = Promise.promise();
        private final Buffer body = Buffer.buffer();
        private long received;
        private long timer;

        Collection(HttpServerRequest request, Admission.Ticket ticket) {
            this.request = request;
            this.ticket = ticket;
            timer = startTimer();
        }

        private long startTimer() {
            return vertx.setTimer(limits.bodyTimeout().toMillis(), _ -> {
                fail(new HttpRefusal(408, "The request body did not arrive in time."));
                request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
            });
        }

        void add(Buffer chunk) {
            received += chunk.length();
            if (result.future().isComplete()) {
                // The rest of a refused body is let through, since many clients read no answer before they have sent it.
                if (received > (long) PATIENCE * limits.maxBodyBytes()) {
                    request.connection().close();
                }
                return;
            }
            vertx.cancelTimer(timer);
            timer = startTimer();
            if (received > limits.maxBodyBytes()) {
                fail(tooLarge());
                return;
            }
            try {
                ticket.hold(chunk.length());
                body.appendBuffer(chunk);
            } catch (RuntimeException e) {
                fail(e);
            }
        }

        void end() {
            vertx.cancelTimer(timer);
            result.tryComplete(body);
        }

        void fail(Throwable error) {
            vertx.cancelTimer(timer);
            result.tryFail(error);
        }
    }
}
