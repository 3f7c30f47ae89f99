// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.fetch.Fetcher;
import anymesh.gateway.files.StoredFiles;
import anymesh.gateway.keys.Caller;
import anymesh.gateway.pipeline.GenerationPipeline;
import anymesh.kit.trace.Traces;
import anymesh.wire.call.CallContext;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What all generating routes do alike: let a request in, read it, run it as long as its client is there and its time
 * lasts, and count it.
 */
final class Generations {
    private final Vertx vertx;
    private final HttpSettings settings;
    private final Admission admission;
    private final BodyReader bodies;
    private final GenerationPipeline pipeline;
    private final GatewayMeters meters;
    private final Tracer tracer;
    private final StoredFiles files;
    private final Set<Runnable> underWay = ConcurrentHashMap.newKeySet();

    Generations(Vertx vertx, HttpSettings settings, Admission admission, GenerationPipeline pipeline,
            GatewayMeters meters, Tracer tracer, Fetcher fetcher, StoredFiles files) {
        this.vertx = vertx;
        this.settings = settings;
        this.admission = admission;
        this.bodies = new BodyReader(vertx, settings.limits(), fetcher);
        this.pipeline = pipeline;
        this.meters = meters;
        this.tracer = tracer;
        this.files = files;
    }

    /**
     * Serves one request: {@code read} checks its body, perhaps on another thread, and {@code answer} answers it; its
     * future completes when the client has the answer. If either fails, the failure is answered unless {@code answer}
     * has begun a response of its own.
     */
    <T> void serve(RoutingContext http, Function<Fields, T> read, BiFunction<T, Exchange, Future<?>> answer) {
        var kept = new CallersFiles(files, Callers.whose(http));
        admit(http, ticket -> bodies.read(http.request(), ticket, kept, read), answer);
    }

    /** The same for a request without a body. */
    void serve(RoutingContext http, Function<Exchange, Future<?>> answer) {
        admit(http, _ -> Future.succeededFuture(Reading.of(true)), (_, exchange) -> answer.apply(exchange));
    }

    private <T> void admit(RoutingContext http, Function<Admission.Ticket, Future<Reading<T>>> read,
            BiFunction<T, Exchange, Future<?>> answer) {
        HttpServerResponse response = http.response();
        var spending = new Spending(Callers.of(http));
        Admission.Ticket ticket;
        try {
            ticket = enter(http, spending.caller());
        } catch (RuntimeException e) {
            ErrorReplies.reply(response, e);
            return;
        }
        Promise<Reading<T>> body = Promise.promise();
        var call = new AtomicReference<@Nullable CallContext>();
        var giveUp = giveUp(body, call);
        underWay.add(giveUp);
        read.apply(ticket).onComplete(body::tryComplete, body::tryFail);
        body.future()
                .compose(reading -> {
                    var exchange = begin(http, ticket, spending);
                    call.set(exchange.call());
                    return reading.complete(exchange.call()).compose(request -> answer.apply(request, exchange));
                })
                .onFailure(failure -> ErrorReplies.reply(response, failure))
                .onComplete(_ -> {
                    underWay.remove(giveUp);
                    ticket.close();
                    Callers.log(http, spending);
                });
    }

    private Admission.Ticket enter(RoutingContext http, Caller caller) {
        try {
            return enter(caller);
        } finally {
            Callers.tell(http.response(), caller);
        }
    }

    private Admission.Ticket enter(Caller caller) {
        var visit = caller.enter();
        try {
            return admission.enter(visit::close);
        } catch (RuntimeException e) {
            visit.close();
            throw e;
        }
    }

    private static Runnable giveUp(Promise<?> body, AtomicReference<@Nullable CallContext> call) {
        var context = Objects.requireNonNull(Vertx.currentContext());
        return () -> context.runOnContext(_ -> {
            var begun = call.get();
            if (begun != null) {
                begun.cancel();
            } else {
                body.tryFail(new CancellationException()); // it is still on its way
            }
        });
    }

    /** Answers all that are under way as if their stages were not there, and has the stages stop. */
    void giveUp() {
        underWay.forEach(Runnable::run);
    }

    private Exchange begin(RoutingContext http, Admission.Ticket ticket, Spending spending) {
        var delivery = new Delivery(vertx, http.request(), settings.limits(), ticket);
        return new Exchange(http, begin(http), delivery, ticket, spending, settings.maxWait(), pipeline,
                meters);
    }

    /**
     * Has {@code answer} answer with events; completes when the client has taken all of them, or has gone. The heart of the
     * stream beats from here on, as the plan may have to wait for somebody. What fails before anything was sent is answered
     * with a status, which says it better.
     */
    Future<?> stream(Exchange exchange, Function<EventStream, Future<?>> answer) {
        var response = exchange.http().response();
        var events = new EventStream(vertx, response, exchange.delivery(), settings.heartbeat());
        exchange.http().addEndHandler(ended -> {
            events.close();
            if (ended.failed()) {
                events.abandon();
            }
        });
        return answer.apply(events).transform(answered -> {
            if (answered.succeeded()) {
                return Future.succeededFuture();
            }
            if (!events.isOpen()) {
                events.close();
                return Future.failedFuture(answered.cause());
            }
            events.failed(ErrorReplies.logged(response, answered.cause()));
            return Future.succeededFuture();
        }).compose(_ -> events.taken());
    }

    HttpLimits limits() {
        return settings.limits();
    }

    /** When the client goes away, everybody who works on its request is told to stop. */
    private CallContext begin(RoutingContext http) {
        var span = span(http);
        String own = Traces.traceparent(span);
        var call = CallContext.start(RequestIds.of(http), Callers.of(http).name(),
                own == null ? RequestIds.traceparent(http) : own,
                RequestTime.of(http.request(), settings.requestTimeout()));
        if (own != null) {
            http.response().putHeader(RequestIds.TRACE, own);
        }
        http.addEndHandler(_ -> call.cancel()); // the end of an answer too, when nothing is left to cancel
        if (http.response().closed()) {
            call.cancel(); // gone while the body was being parsed
        }
        return call;
    }

    /** The span of the whole request, until its response has ended. */
    private Span span(RoutingContext http) {
        if (!tracer.isEnabled()) {
            return Span.getInvalid();
        }
        var span = tracer.spanBuilder(http.request().method() + " " + http.normalizedPath())
                .setSpanKind(SpanKind.SERVER).setParent(Traces.parent(RequestIds.traceparent(http)))
                .setAttribute("http.request.method", http.request().method().name())
                .setAttribute("http.route", http.normalizedPath())
                .setAttribute("anymesh.request_id", RequestIds.of(http)).startSpan();
        http.addEndHandler(_ -> {
            int status = http.response().getStatusCode();
            span.setAttribute("http.response.status_code", status);
            if (status >= 500) {
                span.setStatus(StatusCode.ERROR);
            }
            span.end();
        });
        return span;
    }
}
