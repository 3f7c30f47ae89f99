// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.body.BodyBytes;
import anymesh.gateway.body.FormTree;
import anymesh.gateway.fetch.Fetcher;
import anymesh.wire.call.CallContext;
import anymesh.wire.call.Registration;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads request bodies within limits. Used instead of Vert.x Web's body handler because that one counts each body by
 * itself and takes forms apart; here all bodies share one bound, and one that stalls or trickles is given up.
 */
final class BodyReader {
    /** Beyond this, parsing and decoding take long enough to hold up the other requests of the event loop. */
    private static final int INLINE_BYTES = 32 << 10;

    private final Vertx vertx;
    private final HttpLimits limits;
    private final Fetcher fetcher;

    BodyReader(Vertx vertx, HttpLimits limits, Fetcher fetcher) {
        this.vertx = vertx;
        this.limits = limits;
        this.fetcher = fetcher;
    }

    /**
     * To be called in the tick in which the request arrived. {@code read} may run on another thread, and twice: see {@link Links}.
     */
    <T> Future<Reading<T>> read(HttpServerRequest request, Admission.Ticket ticket, CallersFiles kept,
            Function<Fields, T> read) {
        var collection = new Collection(request, ticket);
        request.handler(collection::add).endHandler(_ -> collection.end()).exceptionHandler(_ -> collection.gone());
        String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
        ContentCoding coding;
        try {
            coding = accepted(request);
        } catch (HttpRefusal refusal) {
            collection.fail(refusal);
            return Future.failedFuture(refusal);
        }
        if (HttpHeaderValues.CONTINUE.contentEqualsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
            request.response().writeContinue(); // not before: who asks first need not send what is refused by its head
        }
        return collection.result.future().compose(body -> {
            if (coding == ContentCoding.IDENTITY && body.size() <= INLINE_BYTES) {
                return Future.succeededFuture(parse(body, type, coding, ticket, kept, read));
            }
            return vertx.executeBlocking(() -> parse(body, type, coding, ticket, kept, read), false);
        });
    }

    /** Refuses by the head of a request alone what need not be read. */
    private ContentCoding accepted(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length != null && Long.parseLong(length) > limits.maxBodyBytes()) { // Netty has checked that it is a number
            throw tooLarge();
        }
        return ContentCoding.of(request.getHeader(HttpHeaders.CONTENT_ENCODING));
    }

    private <T> Reading<T> parse(BodyBytes received, @Nullable String type, ContentCoding coding,
            Admission.Ticket ticket, CallersFiles kept, Function<Fields, T> read) {
        BodyBytes body = coding.unpack(received, limits.maxBodyBytes(), ticket);
        var links = Links.of(fetcher, kept, ticket);
        Fields fields = (type != null && Route.Body.isForm(type)
                ? new Fields(FormTree.read(body, type, ticket), "")
                : Json.read(body, ticket)).with(links);
        long before = ticket.count(0);
        T request = read.apply(fields);
        if (links.isEmpty()) {
            body.release();
            return Reading.of(request);
        }
        ticket.release(ticket.count(0) - before); // what was read goes, and is read again
        return call -> complete(fields, body, call, read);
    }

    private <T> Future<T> complete(Fields fields, BodyBytes body, CallContext call, Function<Fields, T> read) {
        return fields.links().fetch(fetcher, body.size(), limits.maxBodyBytes(), call)
                .compose(_ -> vertx.executeBlocking(() -> {
                    T request = read.apply(fields);
                    fields.links().release();
                    body.release();
                    return request;
                }, false));
    }

    private HttpRefusal tooLarge() {
        return new HttpRefusal(413, "The request body is larger than " + limits.maxBodyBytes() + " bytes.");
    }

    /** A body as it comes, until it is there or refused; what comes then is the {@link ConnectionClock}'s to bound. */
    private final class Collection {
        private final Promise<BodyBytes> result = Promise.promise();
        private final Pace pace = limits.pace();
        private final BodyBytes body;
        private final Registration watch;

        Collection(HttpServerRequest request, Admission.Ticket ticket) {
            body = new BodyBytes(ticket);
            watch = pace.watch(vertx, () -> {
                request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
                fail(new HttpRefusal(408, "The request body did not arrive in time."));
            });
        }

        void add(Buffer chunk) {
            if (result.future().isComplete()) {
                return;
            }
            pace.moved(chunk.length());
            if (chunk.length() > limits.maxBodyBytes() - body.size()) {
                fail(tooLarge());
                return;
            }
            try {
                body.append(chunk.getBytes(), chunk.length());
            } catch (Throwable e) { // memory that ran out too: a body with a hole in it would be read as if it were whole
                fail(e);
            }
        }

        void end() {
            watch.close();
            result.tryComplete(body);
        }

        /** The client has: nothing more comes, and nobody is to be told of it. */
        void gone() {
            fail(new CancellationException("the client has gone"));
        }

        void fail(Throwable error) {
            if (!result.future().isComplete()) {
                watch.close();
                body.release();
                result.fail(error);
            }
        }
    }
}
