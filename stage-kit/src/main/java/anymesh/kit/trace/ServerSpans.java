// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.trace;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCall.Listener;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;

/**
 * A span for each call that a stage serves. It takes the place of the caller's in the call's headers, so that all which
 * the stage does for the call is found below it.
 */
public final class ServerSpans implements ServerInterceptor {
    private static final Metadata.Key<String> TRACEPARENT = Metadata.Key.of("traceparent",
            Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> REQUEST_ID = Metadata.Key.of("x-request-id",
            Metadata.ASCII_STRING_MARSHALLER);

    private final Tracer tracer;

    public ServerSpans(Tracer tracer) {
        this.tracer = tracer;
    }

    @Override
    public <Q, R> Listener<Q> interceptCall(ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        String caller = headers.get(TRACEPARENT);
        if (caller == null || !tracer.isEnabled()) {
            return next.startCall(call, headers); // health checks and the like; or no traces
        }
        var span = tracer.spanBuilder(call.getMethodDescriptor().getFullMethodName()).setSpanKind(SpanKind.SERVER)
                .setParent(Traces.parent(caller)).setAttribute("rpc.system", "grpc")
                .setAttribute("anymesh.request_id", String.valueOf(headers.get(REQUEST_ID))).startSpan();
        String own = Traces.traceparent(span);
        if (own != null) {
            headers.discardAll(TRACEPARENT);
            headers.put(TRACEPARENT, own);
        }
        return new Ended<>(next.startCall(new Closing<>(call, span), headers), span);
    }

    private static void end(Span span, Status status) {
        span.setAttribute("rpc.grpc.status_code", status.getCode().value());
        if (!status.isOk()) {
            span.setStatus(StatusCode.ERROR, status.getCode().name());
        }
        span.end(); // a second time does nothing
    }

    private static final class Closing<Q, R> extends SimpleForwardingServerCall<Q, R> {
        private final Span span;

        Closing(ServerCall<Q, R> call, Span span) {
            super(call);
            this.span = span;
        }

        @Override
        public void close(Status status, Metadata trailers) {
            end(span, status);
            super.close(status, trailers);
        }
    }

    private static final class Ended<Q>
            extends
                SimpleForwardingServerCallListener<Q> {
        private final Span span;

        Ended(Listener<Q> listener, Span span) {
            super(listener);
            this.span = span;
        }

        @Override
        public void onCancel() {
            end(span, Status.CANCELLED);
            super.onCancel();
        }
    }
}
