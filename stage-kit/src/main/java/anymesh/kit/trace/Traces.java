// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.trace;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Between spans and the {@code traceparent} headers by which they are known elsewhere. */
public final class Traces {
    private static final String HEADER = "traceparent";

    private static final TextMapGetter<String> AS_IT_IS = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(String traceparent) {
            return List.of(HEADER);
        }

        @Override
        public @Nullable String get(@Nullable String traceparent, String key) {
            return key.equals(HEADER) ? traceparent : null;
        }
    };

    private Traces() {}

    /** The span that a header names, to be the parent of another; none if the header is absent or malformed. */
    public static Context parent(@Nullable String traceparent) {
        return traceparent == null
                ? Context.root()
                : W3CTraceContextPropagator.getInstance().extract(Context.root(), traceparent, AS_IT_IS);
    }

    /** The span that a header names. */
    public static SpanContext spanContext(@Nullable String traceparent) {
        return Span.fromContext(parent(traceparent)).getSpanContext();
    }

    /** The header by which others know a span; null without tracing. */
    public static @Nullable String traceparent(Span span) {
        var context = span.getSpanContext();
        return context.isValid()
                ? "00-" + context.getTraceId() + "-" + context.getSpanId() + "-" + context.getTraceFlags().asHex()
                : null;
    }
}
